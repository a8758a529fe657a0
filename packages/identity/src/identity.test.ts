import { describe, expect, test } from 'vitest'
import { createIdentity, IdentityError, verify } from './index.ts'
import { provider as noble } from './provider-noble.ts'
import { provider as node } from './provider-node.ts'

const seed = Uint8Array.from({ length: 32 }, (_, index) => index)
const message = new TextEncoder().encode('message')

describe('createIdentity', () => {
  test('makes the same pair of the same seed', () => {
    const identity = createIdentity({ seed })
    expect(identity.key.hex).toBe('03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8')
    expect(createIdentity({ random: () => seed }).key).toEqual(identity.key)
    expect(verify(identity.key, message, identity.sign(message))).toBe(true)
  })

  test('keeps its seed to itself', () => {
    const given = Uint8Array.from(seed)
    const identity = createIdentity({ seed: given })
    given.fill(0)
    identity.seed.fill(0)
    expect(identity.seed).toEqual(seed)
  })

  test('makes another pair each time without a seed', () => {
    expect(createIdentity().key).not.toEqual(createIdentity().key)
  })

  test('refuses a seed of another length', () => {
    expect(() => createIdentity({ seed: seed.subarray(1) })).toThrow(IdentityError)
  })
})

describe.each([
  ['node:crypto', node],
  ['noble', noble],
])('%s', (_, provider) => {
  test('signs as the other does', () => {
    const pair = provider.keyPair(seed)
    expect(pair.publicKey).toEqual(node.keyPair(seed).publicKey)
    expect(pair.sign(message)).toEqual(node.keyPair(seed).sign(message))
    expect(pair.sign(message).constructor).toBe(Uint8Array)
  })

  test('refuses signatures of another length', () => {
    const { publicKey, sign } = provider.keyPair(seed)
    const signature = sign(message)
    expect(provider.verify(publicKey, message, signature)).toBe(true)
    expect(provider.verify(publicKey, message, signature.subarray(1))).toBe(false)
    expect(provider.verify(publicKey, message, new Uint8Array([...signature, 0]))).toBe(false)
    expect(provider.verify(publicKey, message, new Uint8Array())).toBe(false)
  })

  test('verifies with more keys than are cached', () => {
    for (let index = 0; index < 1100; index += 1) {
      const publicKey = Uint8Array.from({ length: 32 }, (_, at) => (at < 2 ? index >> (8 * at) : 7))
      expect(provider.verify(publicKey, message, new Uint8Array(64))).toBe(false)
    }
  })
})
