/** Ed25519 over raw bytes: seeds and public keys of 32, signatures of 64. */
export interface Provider {
  /** The pair that a seed makes. */
  keyPair(seed: Uint8Array): KeyPair
  /**
   * By the rule of Go's crypto/ed25519, which decides what counts as signed in the network: S below the
   * group's order, no cofactor, R compared as bytes, and a public key that may be encoded non-canonically.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

export interface KeyPair {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}
