import type { Key } from './key.ts'

/** Whoever signs: an identity. */
export type Signer = {
  readonly key: Key
  /** The 64-byte ed25519 signature. */
  sign(message: Uint8Array): Uint8Array
}

/** Whether `signature` is that of `key` over `message`. */
export type Verify = (key: Key, message: Uint8Array, signature: Uint8Array) => boolean
