import { concat } from './bytes.ts'
import { WireError } from './errors.ts'
import { KEY_LENGTH, Key } from './key.ts'
import type { Signer, Verify } from './signing.ts'

/** The length of a handshake in bytes. */
export const HANDSHAKE_LENGTH = 104

/** The protocol version that is spoken here. */
export const PROTOCOL_VERSION = 1

/** The protocol capabilities that are spoken here, and asked of a peer. */
export const CAPABILITIES = 0x3b

const FLAGS_AT = 1
const CAPABILITIES_AT = 4
const KEY_AT = 8
const SIGNATURE_AT = KEY_AT + KEY_LENGTH

/** What a peer says of itself before the first frame (PROTOCOL.md section 2). */
export type Handshake = {
  readonly version: number
  /** Three bytes, zero from peers that know no extensions. */
  readonly flags: Uint8Array
  readonly capabilities: number
  readonly key: Key
  /** By that key, over the 40 bytes before it. */
  readonly signature: Uint8Array
}

/** In the first byte of the flags: challenges follow the handshakes, if the other side sets it too. */
const CHALLENGE_FLAG = 1

/** Our handshake, 104 bytes; with `challenge` it says that we answer challenges. */
export function encodeHandshake(identity: Signer, options: { challenge?: boolean } = {}): Uint8Array {
  const signed = new Uint8Array(SIGNATURE_AT)
  signed[0] = PROTOCOL_VERSION
  signed[FLAGS_AT] = options.challenge ? CHALLENGE_FLAG : 0
  new DataView(signed.buffer).setUint32(CAPABILITIES_AT, CAPABILITIES)
  identity.key.copyTo(signed, KEY_AT)
  return concat(signed, identity.sign(signed))
}

/**
 * Decodes and verifies exactly one handshake. Throws a WireError `truncated`, `trailing-bytes`,
 * `unsupported-version`, `unsupported-capabilities`, `own-key` (if that key is given) or `bad-signature`.
 */
export function decodeHandshake(bytes: Uint8Array, verify: Verify, ownKey?: Key): Handshake {
  if (bytes.length < HANDSHAKE_LENGTH) throw new WireError('truncated', 0)
  if (bytes.length > HANDSHAKE_LENGTH) throw new WireError('trailing-bytes', HANDSHAKE_LENGTH)
  const view = new DataView(bytes.buffer, bytes.byteOffset, HANDSHAKE_LENGTH)
  const version = view.getUint8(0)
  if (version !== PROTOCOL_VERSION) throw new WireError('unsupported-version', 0)
  const capabilities = view.getUint32(CAPABILITIES_AT)
  if (capabilities !== CAPABILITIES) throw new WireError('unsupported-capabilities', CAPABILITIES_AT)
  const key = Key.from(bytes.subarray(KEY_AT, SIGNATURE_AT))
  if (ownKey?.equals(key)) throw new WireError('own-key', KEY_AT)
  const signature = bytes.slice(SIGNATURE_AT)
  if (!verify(key, bytes.subarray(0, SIGNATURE_AT), signature)) {
    throw new WireError('bad-signature', SIGNATURE_AT)
  }
  return { version, flags: bytes.slice(FLAGS_AT, CAPABILITIES_AT), capabilities, key, signature }
}

/** Whether whoever sent the handshake answers challenges (PROTOCOL.md section 2). */
export function answersChallenges({ flags }: Pick<Handshake, 'flags'>): boolean {
  return ((flags[0] ?? 0) & CHALLENGE_FLAG) !== 0
}
