import { loadForwarding } from '@snek/forwarding'
import type { Implementation } from './implementation.ts'
import { typescript } from './typescript.ts'
import { wasm } from './wasm.ts'

/** Every implementation of the suite, ready to run. */
export async function loadImplementations(): Promise<readonly Implementation[]> {
  return [typescript, wasm(await loadForwarding())]
}
