// Gets the forwarding plane's WASM, and makes planes of it.
import { readWasm } from '#wasm-file'
import { initSync } from '../wasm/snek_forward_wasm.js'
import { WasmMemory } from './memory.ts'
import { ForwardingPlane } from './plane.ts'
import type { PlaneOptions } from './types.ts'
import { type WireCodecs, wireCodecs } from './wire-codecs.ts'

/** What is needed of the WebAssembly API, which TypeScript declares only with all of a browser's. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>
  compileStreaming(response: Response): Promise<object>
}

/** A compiled `WebAssembly.Module`. */
export type WasmModule = object

/** The forwarding plane's code, loaded. */
export class Forwarding {
  /** The wire formats by crates/wire, to compare @snek/wire with. */
  readonly wire: WireCodecs = wireCodecs
  readonly #memory: WasmMemory

  /** @internal */
  constructor(memory: WasmMemory) {
    this.#memory = memory
  }

  /** A plane without peers. All planes share the memory of one WASM instance. */
  createPlane(options: PlaneOptions): ForwardingPlane {
    return new ForwardingPlane(this.#memory, options)
  }
}

let loaded: Promise<Forwarding> | undefined

/**
 * Loads the forwarding plane, once a realm: later calls give the same. By default the .wasm is the package's
 * own, read from the file system on Node and fetched in browsers; where that can't be, `source` says what to
 * take instead: its bytes, a compiled module, a response with it, or where it is.
 */
export function loadForwarding(source?: Uint8Array | WasmModule | Response | URL): Promise<Forwarding> {
  loaded ??= instantiate(source).catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

async function instantiate(
  source: Uint8Array | WasmModule | Response | URL = new URL(
    '../wasm/snek_forward_wasm_bg.wasm',
    import.meta.url,
  ),
): Promise<Forwarding> {
  const module = await compile(source instanceof URL ? await readWasm(source) : source)
  return new Forwarding(new WasmMemory(initSync({ module }).memory))
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
