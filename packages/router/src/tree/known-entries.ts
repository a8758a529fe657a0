import { type Announcement, type AnnouncementEntry, SIGNATURE_LENGTH } from '@snek/wire'

/** More than this many aren't looked through: comparing long ones costs time, too. */
const MAX_COMPARED = 32

/** Where an entry ends in the payload, in bytes. */
export function entryEnd({ payload }: Announcement, { signature }: AnnouncementEntry): number {
  return signature.byteOffset - payload.byteOffset + SIGNATURE_LENGTH
}

/**
 * How many entries of an announcement needn't be verified. A signature covers every byte before it, so the
 * only thing that vouches for an entry is another payload, verified or signed by ourselves, that begins with
 * the same bytes up to the entry's end; `known` are such payloads, the likeliest first.
 */
export function knownEntries(announcement: Announcement, known: Iterable<Uint8Array>): number {
  const { entries, payload } = announcement
  let most = 0
  let compared = 0
  for (const other of known) {
    const common = commonLength(payload, other)
    while (most < entries.length && entryEnd(announcement, entries[most] as AnnouncementEntry) <= common) {
      most += 1
    }
    compared += 1
    // The sender's own entry is new, or else nothing is.
    if (most >= entries.length - 1 || compared === MAX_COMPARED) break
  }
  return most
}

function commonLength(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length)
  let length = 0
  while (length < shorter && a[length] === b[length]) length += 1
  return length
}
