// The verifier's WASM as it is shipped: loaded once, small, and by itself.
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { compileWasm } from '@snek/platform/webassembly'
import { type Announcement, appendAnnouncementEntry, decodeAnnouncement } from '@snek/wire'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createIdentity, type Identity, verify } from './identity.ts'
import { hasFusedMultiplyAdd } from './relaxed-simd.ts'
import { type Verifier, verifierBy } from './verifier.ts'

const url = new URL('../wasm/snek_signatures_wasm_bg.wasm', import.meta.url)
const relaxedUrl = new URL('../wasm/snek_signatures_wasm_relaxed_simd_bg.wasm', import.meta.url)

let load: typeof import('./verifier.ts').loadVerifier

beforeEach(async () => {
  vi.resetModules()
  load = (await import('./verifier.ts')).loadVerifier
})

const MESSAGE = new Uint8Array(100)
const signers = Array.from({ length: 66 }, (_, index) =>
  createIdentity({ seed: new Uint8Array(32).fill(index) }),
)

/** By these signers, of whom the first is the root. */
function announced(sequence: bigint, [root, ...others]: readonly Identity[]): Announcement {
  let payload = appendAnnouncementEntry({ key: root!.key, sequence }, 1n, root!)
  for (const signer of others) payload = appendAnnouncementEntry(payload, 1n, signer)
  return decodeAnnouncement(payload)
}

test('is loaded once, even if asked twice, and again after a failure', async () => {
  await expect(load(Uint8Array.of(1, 2, 3))).rejects.toThrow('WebAssembly')
  const [first, second] = await Promise.all([load(), load(url)])
  expect(second).toBe(first)
})

test.each([
  ['for all engines', false, url],
  ['of relaxed SIMD', true, relaxedUrl],
])('the one %s is taken if that multiplies and adds in one rounding: %s', async (_, isFused, expected) => {
  const compile = vi.fn(compileWasm)
  vi.doMock('./relaxed-simd.ts', () => ({ hasFusedMultiplyAdd: () => isFused }))
  vi.doMock('@snek/platform/webassembly', () => ({ compileWasm: compile }))
  vi.resetModules()
  try {
    await (await import('./verifier.ts')).loadVerifier()
  } finally {
    vi.doUnmock('./relaxed-simd.ts')
    vi.doUnmock('@snek/platform/webassembly')
  }
  expect(compile.mock.calls).toEqual([[expected]])
})

const verifiers: [string, () => Promise<Verifier>][] = [
  ['WASM for all engines', () => load(url)],
  ['a plain one', () => Promise.resolve(verifierBy(verify))],
]
if (hasFusedMultiplyAdd()) verifiers.push(['WASM of relaxed SIMD', () => load(relaxedUrl)])

describe.each(verifiers)('%s says how many entries are good', (_, make) => {
  test.each([1n, 2n, 3n, 5n, 9n])('the sequence that comes as number %i', async (last) => {
    const verifier = await make()
    for (let sequence = 1n; sequence < last; sequence += 1n) {
      const before = announced(sequence, signers.slice(0, 6))
      expect(verifier.verifyEntries(before, 0, 6)).toBe(6)
    }
    const announcement = announced(last, signers.slice(0, 6))
    expect(verifier.verifyEntries(announcement, 0, 6)).toBe(6)
    expect(verifier.verifyEntries(announcement, 2, 4)).toBe(2)
    expect(verifier.verifyEntries(announcement, 4, 9)).toBe(2)
    for (const [index, { signature }] of announcement.entries.entries()) {
      signature[40] = signature[40]! ^ 1
      expect(verifier.verifyEntries(announcement, 0, 6)).toBe(index)
      expect(verifier.verifyEntries(announcement, index, index + 1)).toBe(0)
      signature[40] = signature[40]! ^ 1
    }
  })
})

test('knows 64 keys, of which one makes room in 64 signatures, and counts those', async () => {
  const verifier = await load()
  const becomeKnown = (some: readonly Identity[]): void => {
    for (const signer of some) {
      for (const sequence of [1n, 2n]) {
        expect(verifier.verifyEntries(announced(sequence, [signer]), 0, 1)).toBe(1)
      }
    }
  }
  becomeKnown(signers.slice(0, 64))
  becomeKnown(signers.slice(0, 64))
  expect(verifier.displaced).toBe(0)
  becomeKnown(signers.slice(64))
  expect(verifier.displaced).toBe(1)
  // The last key signed twice since.
  const last = announced(3n, signers.slice(-1))
  for (let noted = 3; noted < 64; noted += 1) expect(verifier.verifyEntries(last, 0, 1)).toBe(1)
  expect(verifier.displaced).toBe(1)
  expect(verifier.verifyEntries(last, 0, 1)).toBe(1)
  expect(verifier.displaced).toBe(2)
})

test('signatures that are too short or too long are none', async () => {
  const verifier = await load()
  const { key, sign } = signers[0]!
  const signature = sign(MESSAGE)
  expect(verifier.verify(key, MESSAGE, signature)).toBe(true)
  for (const bytes of [new Uint8Array(), signature.subarray(1), Uint8Array.from([...signature, 0])]) {
    expect(verifier.verify(key, MESSAGE, bytes)).toBe(false)
  }
})

test.each([
  ['for all engines', url],
  ['of relaxed SIMD', relaxedUrl],
])('the one %s takes less than 40 KiB on its way to a browser', async (_, wasm) => {
  expect(gzipSync(await readFile(wasm)).length).toBeLessThan(40 * 1024)
})
