import { Key, type Signer, type Verify } from '@snek/wire'
import { provider } from '#provider'
import { IdentityError } from './errors.ts'

/** The length of a seed in bytes. */
export const SEED_LENGTH = 32

/** A node's key pair. */
export type Identity = Signer & {
  /** The 32 secret bytes that everything is made of: a copy each time. */
  readonly seed: Uint8Array
}

/**
 * The identity of a seed, or a new one with a seed from `random` (by default the platform's
 * cryptographic randomness). Throws an IdentityError `bad-seed` for a seed that hasn't 32 bytes.
 */
export function createIdentity(
  options: { seed?: Uint8Array; random?: (length: number) => Uint8Array } = {},
): Identity {
  const { random = platformRandom } = options
  const seed = Uint8Array.from(options.seed ?? random(SEED_LENGTH))
  if (seed.length !== SEED_LENGTH) {
    throw new IdentityError('bad-seed', `a seed has ${SEED_LENGTH} bytes, not ${seed.length}`)
  }
  const { publicKey, sign } = provider.keyPair(seed)
  return {
    key: Key.from(publicKey),
    sign,
    get seed() {
      return Uint8Array.from(seed)
    },
  }
}

/**
 * Whether `signature` is that of `key` over `message`, by the rule of Go's crypto/ed25519: S below the
 * group's order, no cofactor, R compared as bytes, and a key that may be encoded non-canonically.
 */
export const verify: Verify = (key, message, signature) => provider.verify(key.toBytes(), message, signature)

function platformRandom(length: number): Uint8Array {
  // biome-ignore lint/style/noRestrictedGlobals: what is taken where no other randomness is given
  return crypto.getRandomValues(new Uint8Array(length))
}
