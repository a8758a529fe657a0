// Gets the QUIC engine's WASM.
import { readWasm } from '#wasm-file'
import { initSync } from '../../wasm/snek_quic_wasm.js'
import { WasmMemory } from './memory.ts'

/** What is needed of the WebAssembly API, which TypeScript declares only with all of a browser's. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>
  compileStreaming(response: Response): Promise<object>
}

/** A compiled `WebAssembly.Module`. */
export type WasmModule = object

let loaded: Promise<WasmMemory> | undefined

/**
 * Loads the QUIC engine, once a realm: later calls give the same. It takes 50 to 100 ms, so a program that will
 * need it may call this early. By default the .wasm is the package's own, read from the file system on Node and
 * fetched in browsers; where that can't be, `source` says what to take instead: its bytes, a compiled module, a
 * response with it, or where it is.
 */
export async function loadQuic(source?: Uint8Array | WasmModule | Response | URL): Promise<void> {
  await engineMemory(source)
}

/** The memory of the one instance. */
export function engineMemory(source?: Uint8Array | WasmModule | Response | URL): Promise<WasmMemory> {
  loaded ??= instantiate(source).catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

async function instantiate(
  source: Uint8Array | WasmModule | Response | URL = new URL(
    '../../wasm/snek_quic_wasm_bg.wasm',
    import.meta.url,
  ),
): Promise<WasmMemory> {
  const module = await compile(source instanceof URL ? await readWasm(source) : source)
  return new WasmMemory(initSync({ module }).memory)
}

async function compile(source: Uint8Array | WasmModule | Response): Promise<WasmModule> {
  if (source instanceof Uint8Array) return WebAssembly.compile(source)
  if (!(source instanceof Response)) return source
  if (!source.ok) throw new TypeError(`no .wasm at ${source.url}: status ${source.status}`)
  // Compiling while streaming insists on the right type.
  return source.headers.get('content-type') === 'application/wasm'
    ? WebAssembly.compileStreaming(source)
    : WebAssembly.compile(new Uint8Array(await source.arrayBuffer()))
}
