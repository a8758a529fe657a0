// Loads the forwarding plane's WASM, and makes planes of it.
import { compileWasm, type WasmSource } from '@snek/platform/webassembly'
import { initSync } from '../wasm/snek_forward_wasm.js'
import { WasmMemory } from './memory.ts'
import { ForwardingPlane } from './plane.ts'
import type { PlaneOptions } from './types.ts'
import { type WireCodecs, wireCodecs } from './wire-codecs.ts'

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
 * own; where it can't be got at, `source` says what to take instead.
 */
export function loadForwarding(source?: WasmSource): Promise<Forwarding> {
  loaded ??= instantiate(source).catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

async function instantiate(
  source: WasmSource = new URL('../wasm/snek_forward_wasm_bg.wasm', import.meta.url),
): Promise<Forwarding> {
  const module = await compileWasm(source)
  return new Forwarding(new WasmMemory(initSync({ module }).memory))
}
