// Loads the QUIC engine's WASM.
import { compileWasm, type WasmSource } from '@snek/platform/webassembly'
import { initSync } from '../../wasm/snek_quic_wasm.js'
import { WasmMemory } from './memory.ts'

let loaded: Promise<WasmMemory> | undefined

/**
 * Loads the QUIC engine, once a realm: later calls give the same. It takes 50 to 100 ms, so a program that will
 * need it may call this early. By default the .wasm is the package's own; where it can't be got at, `source` says
 * what to take instead.
 */
export async function loadQuic(source?: WasmSource): Promise<void> {
  await engineMemory(source)
}

/** The memory of the one instance. */
export function engineMemory(source?: WasmSource): Promise<WasmMemory> {
  loaded ??= instantiate(source).catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

async function instantiate(
  source: WasmSource = new URL('../../wasm/snek_quic_wasm_bg.wasm', import.meta.url),
): Promise<WasmMemory> {
  const module = await compileWasm(source)
  return new WasmMemory(initSync({ module }).memory)
}
