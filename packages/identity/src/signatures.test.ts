import { readFileSync } from 'node:fs'
import { Point } from '@noble/ed25519'
import { decodeHex, Key } from '@snek/wire'
import { describe, expect, test, vi } from 'vitest'
import { provider as noble } from './provider-noble.ts'
import { provider as node } from './provider-node.ts'
import { hasFusedMultiplyAdd } from './relaxed-simd.ts'

interface SignatureCase {
  comment: string
  message: string
  public_key: string
  signature: string
  valid: boolean
}

const cases: SignatureCase[] = JSON.parse(
  readFileSync(new URL('../../../test-vectors/signatures.json', import.meta.url), 'utf8'),
)

type VerifyBytes = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

async function inWasm(file: string): Promise<VerifyBytes> {
  vi.resetModules()
  const { loadVerifier } = await import('./verifier.ts')
  const { verify } = await loadVerifier(new URL(`../wasm/${file}`, import.meta.url))
  return (publicKey, ...signed) => verify(Key.from(publicKey), ...signed)
}

const verifiers: [string, VerifyBytes][] = [
  ['node:crypto', node.verify],
  ['noble', noble.verify],
  ['WASM for all engines', await inWasm('snek_signatures_wasm_bg.wasm')],
]
if (hasFusedMultiplyAdd()) {
  verifiers.push(['WASM of relaxed SIMD', await inWasm('snek_signatures_wasm_relaxed_simd_bg.wasm')])
}

describe.each(verifiers)('%s agrees with Go', (_, verify) => {
  test.each(cases.map((it) => [it.comment, it] as const))('%s', (_, it) => {
    const [publicKey, message, signature] = [it.public_key, it.message, it.signature].map(
      (hex) => decodeHex(hex) ?? expect.fail('not hex'),
    ) as [Uint8Array, Uint8Array, Uint8Array]
    expect(verify(publicKey, message, signature)).toBe(it.valid)
  })
})

test('all agree about any key and R of small order', () => {
  const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
  const points = Array.from({ length: 8 }, (_, multiple) =>
    torsion.multiplyUnsafe(BigInt(multiple)).toBytes(),
  )
  const verdicts = new Set<boolean>()
  for (const key of points) {
    for (const r of points) {
      const signature = Uint8Array.from([...r, ...new Uint8Array(32)])
      const verdict = noble.verify(key, key, signature)
      for (const [, verify] of verifiers) expect(verify(key, key, signature)).toBe(verdict)
      verdicts.add(verdict)
    }
  }
  expect(verdicts.size).toBe(2)
})
