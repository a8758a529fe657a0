import { createPrivateKey, createPublicKey, type KeyObject, sign, verify as verifyWith } from 'node:crypto'
import { encodeHex, KEY_LENGTH } from '@snek/wire'
import type { KeyPair, Provider } from './provider.ts'
import { provider as noble } from './provider-noble.ts'
import { isSmallOrder } from './small-order.ts'

// What comes before the raw bytes in DER (RFC 8410).
const PKCS8_PREFIX = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
])
const SPKI_PREFIX = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00])

/** Making a key object takes a good part of the time of a verification, and the same few keys come again. */
const CACHED_KEYS = 1024

const cachedKeys = new Map<string, KeyObject>()

/** OpenSSL by way of node:crypto. */
export const provider: Provider = { keyPair, verify }

function keyPair(seed: Uint8Array): KeyPair {
  const privateKey = createPrivateKey({ key: der(PKCS8_PREFIX, seed), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    publicKey: Uint8Array.from(spki.subarray(-KEY_LENGTH)),
    sign: (message) => Uint8Array.from(sign(null, message, privateKey)),
  }
}

function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (verifyWith(null, message, publicKeyObject(publicKey), signature)) return true
  // Some versions of Node refuse keys and R of small order (nodejs/node#64026); Go's rule doesn't.
  const suspect = isSmallOrder(publicKey) || isSmallOrder(signature.subarray(0, KEY_LENGTH))
  return suspect && noble.verify(publicKey, message, signature)
}

/** The least recently used one goes when the cache is full. */
function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const name = encodeHex(publicKey)
  const cached = cachedKeys.get(name)
  cachedKeys.delete(name)
  const key = cached ?? createPublicKey({ key: der(SPKI_PREFIX, publicKey), format: 'der', type: 'spki' })
  cachedKeys.set(name, key)
  const [oldest] = cachedKeys.keys()
  if (cachedKeys.size > CACHED_KEYS && oldest !== undefined) cachedKeys.delete(oldest)
  return key
}

function der(prefix: Uint8Array, raw: Uint8Array): Buffer {
  return Buffer.concat([prefix, raw])
}
