import { loadForwarding } from '@snek/forwarding'
import { loadVerifier } from '@snek/identity'
import type { Implementation } from './implementation.ts'
import { typescript } from './typescript.ts'
import { wasm } from './wasm.ts'

/** Every implementation of the suite, ready to run. */
export async function loadImplementations(): Promise<readonly Implementation[]> {
  const [forwarding, { verify }] = await Promise.all([loadForwarding(), loadVerifier()])
  return [typescript, wasm(forwarding, verify)]
}
