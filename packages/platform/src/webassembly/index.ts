// Gets .wasm files, wherever a package is.
import { readWasm } from '#read-wasm'

/** What is needed of the WebAssembly API, which TypeScript declares only with all of a browser's. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>
  compileStreaming(response: Response): Promise<object>
}

/** A compiled `WebAssembly.Module`. */
export type WasmModule = object

/** Where WASM comes from: its bytes, a compiled module, a response with it, or where it is. */
export type WasmSource = Uint8Array | WasmModule | Response | URL

/**
 * Compiles WASM. A URL is read from the file system on Node, and fetched if it isn't a file's, or in browsers. Throws a
 * TypeError for a response that isn't ok, and what WebAssembly throws for what is none.
 */
export async function compileWasm(source: WasmSource): Promise<WasmModule> {
  const wasm = source instanceof URL ? await readWasm(source) : source
  if (wasm instanceof Uint8Array) return WebAssembly.compile(wasm)
  if (!(wasm instanceof Response)) return wasm
  if (!wasm.ok) throw new TypeError(`no .wasm at ${wasm.url}: status ${wasm.status}`)
  // Compiling while streaming insists on the right type.
  return wasm.headers.get('content-type') === 'application/wasm'
    ? WebAssembly.compileStreaming(wasm)
    : WebAssembly.compile(new Uint8Array(await wasm.arrayBuffer()))
}
