import { concat } from './bytes.ts'
import { Reader, SIGNATURE_LENGTH } from './reader.ts'
import type { Signer } from './signing.ts'
import { encodeVaru64 } from './varu64.ts'
import { encodeSequencedKey, type Root } from './watermark.ts'

/** The payload of a bootstrap: a node says which root it follows (PROTOCOL.md section 4). */
export type Bootstrap = {
  /** Unix time in milliseconds; a later one supersedes. */
  readonly sequence: bigint
  readonly root: Root
  /** By the key in the frame, over the first `signedLength` bytes of the payload. */
  readonly signature: Uint8Array
  /** In bytes. */
  readonly signedLength: number
}

/** The payload of a wake-up broadcast has the format of a bootstrap's (PROTOCOL.md section 5). */
export type Broadcast = Bootstrap

/** A signed payload. */
export function encodeBootstrap(sequence: bigint, root: Root, signer: Signer): Uint8Array {
  const signed = concat(encodeVaru64(sequence), encodeSequencedKey(root))
  return concat(signed, signer.sign(signed))
}

/**
 * Decodes a payload; the signature, a view of it, is the caller's to verify. Throws a WireError `truncated`,
 * `overlong-varu64`, `varu64-overflow` or `trailing-bytes`.
 */
export function decodeBootstrap(payload: Uint8Array): Bootstrap {
  const reader = new Reader(payload)
  const sequence = reader.varu64()
  const root = reader.sequencedKey()
  const signedLength = reader.offset
  return { sequence, root, signedLength, signature: reader.last(SIGNATURE_LENGTH) }
}

/** A signed payload. */
export const encodeBroadcast: (sequence: bigint, root: Root, signer: Signer) => Uint8Array = encodeBootstrap

/** As `decodeBootstrap`. */
export const decodeBroadcast: (payload: Uint8Array) => Broadcast = decodeBootstrap
