// Nodes and what they announce, for tests.
import { createIdentity, type Identity } from '@snek/identity'
import { type Announcement, appendAnnouncementEntry, compareKeys, decodeAnnouncement } from '@snek/wire'

/** So many nodes, the lowest key first: the same each time. */
export function identities(count: number): Identity[] {
  return Array.from({ length: count }, (_, index) =>
    createIdentity({ seed: new Uint8Array(32).fill(index & 0xff).fill(index >> 8, 1, 2) }),
  ).sort((a, b) => compareKeys(a.key, b.key))
}

/** Nodes from the root down, each with the port on which it sends to the next. */
type Path = readonly (readonly [Identity, number])[]

/** What the last of `path` announces. */
export function announcement(sequence: bigint, ...path: Path): Announcement {
  return decodeAnnouncement(announcementPayload(sequence, ...path))
}

/** As `announcement`, for what can't be decoded. */
export function announcementPayload(sequence: bigint, ...path: Path): Uint8Array {
  const [root] = path
  if (root === undefined) throw new RangeError('nobody announces nothing')
  let payload: Uint8Array | undefined
  for (const [identity, port] of path) {
    payload = appendAnnouncementEntry(payload ?? { key: root[0].key, sequence }, BigInt(port), identity)
  }
  return payload ?? new Uint8Array()
}
