import { etc, getPublicKey, hashes, Point, sign } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { SIGNATURE_LENGTH } from '@snek/wire'
import type { KeyPair, Provider } from './provider.ts'

const HALF = SIGNATURE_LENGTH / 2
const ORDER = Point.CURVE().n

/** Pure JavaScript, for wherever the platform has no synchronous ed25519. */
export const provider: Provider = { keyPair, verify }

function keyPair(seed: Uint8Array): KeyPair {
  hashes.sha512 ??= sha512
  return { publicKey: getPublicKey(seed), sign: (message) => sign(message, seed) }
}

// noble's own verify follows ZIP-215, which accepts more than Go's rule.
function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_LENGTH) return false
  const r = signature.subarray(0, HALF)
  const s = littleEndian(signature.subarray(HALF))
  const key = decodePoint(publicKey)
  if (s >= ORDER || key === undefined) return false
  const k = littleEndian(sha512(etc.concatBytes(r, publicKey, message))) % ORDER
  const expected = Point.BASE.multiplyUnsafe(s).add(key.negate().multiplyUnsafe(k)).toBytes()
  return expected.every((byte, at) => byte === r[at])
}

/** A point whose y may be encoded unreduced, as Go decodes keys; undefined if there is none with that y. */
function decodePoint(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes, true)
  } catch {
    return undefined
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${etc.bytesToHex(Uint8Array.from(bytes).reverse())}`)
}
