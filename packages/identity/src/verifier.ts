// Verifying in WASM: what routers use.
import { compileWasm, type WasmSource } from '@snek/platform/webassembly'
import type { Announcement, Verify } from '@snek/wire'
import { initSync, Verifier as WasmVerifier } from '../wasm/snek_signatures_wasm.js'
import { hasFusedMultiplyAdd } from './relaxed-simd.ts'

/** Verifies signatures by the same rule as `verify`. */
export interface Verifier {
  readonly verify: Verify
  /**
   * How many signatures of an announcement's entries, from `start` to before `end`, are good before the first that isn't,
   * or in all. Keys that made good ones before become known, one with each call and 64 in all: they take a third of the time.
   */
  verifyEntries(announcement: Announcement, start: number, end: number): number
  /** How many known keys made room for others. */
  readonly displaced: number
}

/** A verifier that knows no keys. */
export function verifierBy(verify: Verify): Verifier {
  return {
    verify,
    verifyEntries({ entries, payload }, start, end) {
      const some = entries.slice(start, end)
      const bad = some.findIndex(
        ({ key, signedLength, signature }) => !verify(key, payload.subarray(0, signedLength), signature),
      )
      return bad === -1 ? some.length : bad
    },
    displaced: 0,
  }
}

let loaded: Promise<Verifier> | undefined

/**
 * Loads the verifier, once a realm: later calls give the same. By default the .wasm is the package's own, the faster
 * one where the engine multiplies and adds in one rounding; where it can't be got at, `source` says what to take instead,
 * which is to be the one for all engines.
 */
export function loadVerifier(source?: WasmSource): Promise<Verifier> {
  loaded ??= instantiate(source).catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

async function instantiate(source = ownWasm()): Promise<Verifier> {
  initSync({ module: await compileWasm(source) })
  const wasm = new WasmVerifier()
  return {
    verify: (key, message, signature) => wasm.verify(key.toBytes(), message, signature),
    verifyEntries: ({ payload }, start, end) => wasm.verifyEntries(payload, start, end),
    get displaced() {
      return wasm.displaced
    },
  }
}

/** The package's own: one for engines that it is nearly twice as fast on, and one for all. */
function ownWasm(): WasmSource {
  return hasFusedMultiplyAdd()
    ? new URL('../wasm/snek_signatures_wasm_relaxed_simd_bg.wasm', import.meta.url)
    : new URL('../wasm/snek_signatures_wasm_bg.wasm', import.meta.url)
}
