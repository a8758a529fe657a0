import { SnekError } from '@snek/platform'

/**
 * Why bytes were refused, the same names in every implementation and in the test vectors; the last two are
 * about what was to be written or parsed as text, where other languages have types.
 */
export type WireErrorCode =
  | 'truncated'
  | 'overlong-varu64'
  | 'varu64-overflow'
  | 'bad-magic'
  | 'unsupported-version'
  | 'bad-length'
  | 'trailing-bytes'
  | 'unsupported-capabilities'
  | 'bad-signature'
  | 'own-key'
  | 'no-entries'
  | 'first-key-not-root'
  | 'last-key-not-peer'
  | 'zero-port'
  | 'duplicate-key'
  | 'too-many-entries'
  | 'sequence-decreased'
  | 'unknown-frame-type'
  | 'too-long'
  | 'bad-key'
  | 'out-of-range'

/**
 * Refused bytes: why, and where. Bytes are read from left to right and the first problem met is reported;
 * its offset is the first byte of the field that it is about, counted from the start of what was decoded (0
 * for what was to be encoded).
 */
export class WireError extends SnekError {
  declare readonly code: WireErrorCode
  /** In bytes. */
  readonly offset: number

  constructor(code: WireErrorCode, offset: number) {
    super(code, `${code} at byte ${offset}`)
    this.offset = offset
  }
}
