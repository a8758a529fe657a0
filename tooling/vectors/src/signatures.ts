// Signatures about which verifiers disagree. Each verdict is that of Go's crypto/ed25519, which was asked;
// the tests of every implementation compare with it.
import { etc, Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { createIdentity } from '@snek/identity'
import { concat, seedOf, utf8 } from './support.ts'

export interface SignatureCase {
  readonly comment: string
  readonly message: Uint8Array
  readonly public_key: Uint8Array
  readonly signature: Uint8Array
  readonly valid: boolean
}

const P = 2n ** 255n - 19n
const L = Point.CURVE().n
const SIGN_BIT = 1n << 255n
const NOT_A_POINT = bytes(2n)

/** Of order 8: its multiples are all points of small order. */
const TORSION = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')

const identity = createIdentity({ seed: seedOf(1) })
const key = identity.key.toBytes()

export function signatureCases(): SignatureCase[] {
  return [...ordinary(), ...scalars(), ...smallOrder(), ...unreduced(), ...mixedOrder(), ...encodingsOfR()]
}

function ordinary(): SignatureCase[] {
  const message = utf8('snek')
  const signature = identity.sign(message)
  const other = createIdentity({ seed: seedOf(2) }).key.toBytes()
  const flipped = (at: number): Uint8Array => signature.map((byte, index) => (index === at ? byte ^ 1 : byte))
  return [
    verdict(true, 'an ordinary signature', key, message, signature),
    verdict(true, 'of nothing', key, utf8(''), identity.sign(utf8(''))),
    verdict(true, 'of 1,000 bytes', key, new Uint8Array(1000), identity.sign(new Uint8Array(1000))),
    verdict(false, 'of another message', key, utf8('Snek'), signature),
    verdict(false, 'by another key', other, message, signature),
    verdict(false, 'a bit of R is wrong', key, message, flipped(0)),
    verdict(false, 'a bit of S is wrong', key, message, flipped(32)),
    verdict(false, 'all zero', key, message, new Uint8Array(64)),
    verdict(false, 'the key is no point', NOT_A_POINT, message, signature),
  ]
}

/** S must be below the group's order, though adding the order changes nothing in the equation. */
function scalars(): SignatureCase[] {
  const message = utf8('scalar')
  const signature = identity.sign(message)
  const r = signature.subarray(0, 32)
  const s = littleEndian(signature.subarray(32))
  const neutral = bytes(1n)
  const lessOne = concat(Point.BASE.negate().toBytes(), bytes(L - 1n))
  return [
    verdict(true, 'S is 0, R and key are neutral', neutral, message, concat(neutral, bytes(0n))),
    verdict(true, 'S is the order less 1', neutral, message, lessOne),
    verdict(false, 'S is the order', neutral, message, concat(neutral, bytes(L))),
    verdict(false, 'the order was added to S', key, message, concat(r, bytes(s + L))),
    verdict(false, 'bit 253 of S is set', key, message, concat(r, bytes(s | (1n << 253n)))),
    verdict(false, 'the top bit of S is set', key, message, concat(r, bytes(s | SIGN_BIT))),
  ]
}

/** Keys of small order sign anything, and are accepted. */
function smallOrder(): SignatureCase[] {
  return Array.from({ length: 8 }, (_, multiple) => {
    const point = TORSION.multiplyUnsafe(BigInt(multiple))
    const encoded = point.toBytes()
    const comment = `the key is ${multiple} times a point of order 8`
    const cases = [verdict(true, comment, encoded, ...forge(0n, point, encoded, true))]
    if (multiple === 0) return cases
    return [
      ...cases,
      verdict(false, `${comment}, R is off by it`, encoded, ...forge(0n, point, encoded, false)),
    ]
  }).flat()
}

/** Keys that are encoded otherwise than they would be, y unreduced or -0 for x, are accepted. */
function unreduced(): SignatureCase[] {
  const encodings: [string, bigint][] = [
    ['y = p, for 0', P],
    ['y = p, for 0, with a sign', P | SIGN_BIT],
    ['y = p + 1, for 1', P + 1n],
    ['y = p + 1, for 1, with a sign', (P + 1n) | SIGN_BIT],
    ['y = 1, x = -0', 1n | SIGN_BIT],
    ['y = -1, x = -0', (P - 1n) | SIGN_BIT],
  ]
  return encodings.map(([name, encoding]) => {
    const encoded = bytes(encoding)
    const point = Point.fromBytes(encoded, true)
    return verdict(true, `the key isn't canonical: ${name}`, encoded, ...forge(0n, point, encoded, true))
  })
}

/** Points with a part of small order: the equation must hold without multiplying by the cofactor. */
function mixedOrder(): SignatureCase[] {
  const secret = 0x736e656bn
  const clean = Point.BASE.multiplyUnsafe(secret)
  const mixed = clean.add(TORSION).toBytes()
  const [message, signature] = forge(secret, Point.ZERO, clean.toBytes(), true, { excess: TORSION })
  const neutral = forge(secret, Point.ZERO, clean.toBytes(), true, { nonce: 0n })
  const small = forge(secret, TORSION, mixed, true, { nonce: 0n })
  return [
    verdict(true, 'R is neutral', clean.toBytes(), ...neutral),
    verdict(true, 'the key is of mixed order, R of small order', mixed, ...small),
    verdict(
      true,
      'the key is of mixed order, and R makes up for it',
      mixed,
      ...forge(secret, TORSION, mixed, true),
    ),
    verdict(false, 'the key is of mixed order, and R is off', mixed, ...forge(secret, TORSION, mixed, false)),
    verdict(false, 'R is of mixed order', clean.toBytes(), message, signature),
  ]
}

/** R is compared as bytes, so it must be encoded as it would be. */
function encodingsOfR(): SignatureCase[] {
  const neutral = bytes(1n)
  const message = utf8('R')
  const withR = (r: bigint): Uint8Array => concat(bytes(r), bytes(0n))
  return [
    verdict(false, "R isn't canonical: y = p + 1, for 1", neutral, message, withR(P + 1n)),
    verdict(false, "R isn't canonical: y = 1, x = -0", neutral, message, withR(1n | SIGN_BIT)),
    verdict(false, 'R is no point', neutral, message, concat(NOT_A_POINT, bytes(0n))),
  ]
}

/**
 * A message with a signature by the key `secret` times the base point plus `torsion`, a point of small
 * order. R has the part of small order that a good signature must have for one message in eight or so; the
 * message is such a one, or not. `excess` is added to R.
 */
function forge(
  secret: bigint,
  torsion: Point,
  encodedKey: Uint8Array,
  good: boolean,
  { excess = Point.ZERO, nonce = 7n }: { excess?: Point; nonce?: bigint } = {},
): [Uint8Array, Uint8Array] {
  const r = Point.BASE.multiplyUnsafe(nonce).add(torsion.negate()).add(excess).toBytes()
  for (let count = 0; ; count += 1) {
    const message = utf8(`message ${count}`)
    const k = littleEndian(sha512(concat(r, encodedKey, message))) % L
    if (torsion.multiplyUnsafe(k).equals(torsion) !== good) continue
    return [message, concat(r, bytes((nonce + k * secret) % L))]
  }
}

function verdict(
  valid: boolean,
  comment: string,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): SignatureCase {
  return { valid, comment, public_key: publicKey, message, signature }
}

function bytes(value: bigint): Uint8Array {
  return etc.hexToBytes(value.toString(16).padStart(64, '0')).reverse()
}

function littleEndian(value: Uint8Array): bigint {
  return BigInt(`0x${etc.bytesToHex(Uint8Array.from(value).reverse())}`)
}
