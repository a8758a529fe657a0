import type { Implementation } from './implementation.ts'
import { typescript } from './typescript.ts'

/** Every implementation of the suite, ready to run. */
export async function loadImplementations(): Promise<readonly Implementation[]> {
  return [typescript]
}
