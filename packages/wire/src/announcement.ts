import { concat } from './bytes.ts'
import type { Coordinates } from './coordinates.ts'
import { WireError } from './errors.ts'
import { KEY_LENGTH, type Key } from './key.ts'
import { Reader, SIGNATURE_LENGTH } from './reader.ts'
import type { Signer, Verify } from './signing.ts'
import { encodeVaru64, varu64Length } from './varu64.ts'
import { encodeSequencedKey, type Root } from './watermark.ts'

/** The most entries that are accepted: the greatest depth of a tree. */
export const MAX_ANNOUNCEMENT_ENTRIES = 200

/** The highest port of a peering; 0 is the local node. */
export const MAX_PORT = 253

/** A node on the way from the root to the sender of an announcement. */
export type AnnouncementEntry = {
  /** The port on which it sent the announcement. */
  readonly port: bigint
  readonly key: Key
  /** By that key, over the first `signedLength` bytes of the payload. */
  readonly signature: Uint8Array
  /** In bytes; where the entry begins. */
  readonly signedLength: number
}

/** The payload of a tree announcement (PROTOCOL.md section 3). */
export type Announcement = {
  readonly root: Root
  /** From the root to the sender. */
  readonly entries: readonly AnnouncementEntry[]
  /** All bytes. */
  readonly payload: Uint8Array
}

/**
 * Decodes an announcement's payload; `payload` and the signatures are views of it. What it says isn't
 * judged, nor are signatures verified: see `checkAnnouncement`. Throws a WireError `truncated`,
 * `overlong-varu64`, `varu64-overflow` or `too-many-entries`.
 */
export function decodeAnnouncement(payload: Uint8Array): Announcement {
  const reader = new Reader(payload)
  const root = reader.sequencedKey()
  const entries: AnnouncementEntry[] = []
  while (!reader.atEnd) {
    if (entries.length === MAX_ANNOUNCEMENT_ENTRIES) throw new WireError('too-many-entries', reader.offset)
    const signedLength = reader.offset
    entries.push({
      port: reader.varu64(),
      key: reader.key(),
      signature: reader.take(SIGNATURE_LENGTH),
      signedLength,
    })
  }
  return { root, entries, payload }
}

/**
 * Throws a WireError if an announcement from a peer of that key can't be right (PROTOCOL.md section 3,
 * sanity). `last` is the root of the peer's last announcement. Signatures are verified last, from the
 * root's to the sender's, each over a prefix of the payload.
 */
export function checkAnnouncement(
  announcement: Announcement,
  peerKey: Key,
  verify: Verify,
  last?: Root,
): void {
  const { root, entries, payload } = announcement
  if (last?.key.equals(root.key) && root.sequence < last.sequence) {
    throw new WireError('sequence-decreased', KEY_LENGTH)
  }
  checkPath(announcement, peerKey)
  for (const entry of entries) {
    if (!verify(entry.key, payload.subarray(0, entry.signedLength), entry.signature)) {
      throw new WireError('bad-signature', keyOffset(entry) + KEY_LENGTH)
    }
  }
}

/** The coordinates of whoever takes the sender as its parent: all ports. */
export function receiverCoordinates(announcement: Announcement): Coordinates {
  return announcement.entries.map((entry) => entry.port)
}

/** The sender's own coordinates: all ports but the last. */
export function senderCoordinates(announcement: Announcement): Coordinates {
  return receiverCoordinates(announcement).slice(0, -1)
}

/**
 * A new payload: `base` (the payload of the parent's announcement or, for a root, the root itself) with an
 * own entry, signed, for sending on `port`.
 */
export function appendAnnouncementEntry(base: Uint8Array | Root, port: bigint, signer: Signer): Uint8Array {
  const signed = base instanceof Uint8Array ? base : encodeSequencedKey(base)
  return concat(signed, encodeVaru64(port), signer.key.toBytes(), signer.sign(signed))
}

function checkPath({ root, entries, payload }: Announcement, peerKey: Key): void {
  const seen = new Set<string>()
  for (const entry of entries) {
    if (entry.port === 0n) throw new WireError('zero-port', entry.signedLength)
    if (seen.size === 0 && !entry.key.equals(root.key)) {
      throw new WireError('first-key-not-root', keyOffset(entry))
    }
    if (seen.has(entry.key.hex)) throw new WireError('duplicate-key', keyOffset(entry))
    seen.add(entry.key.hex)
  }
  const sender = entries.at(-1)
  if (sender === undefined) throw new WireError('no-entries', payload.length)
  if (!sender.key.equals(peerKey)) throw new WireError('last-key-not-peer', keyOffset(sender))
}

function keyOffset(entry: AnnouncementEntry): number {
  return entry.signedLength + varu64Length(entry.port)
}
