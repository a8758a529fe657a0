// Nodes and what they announce, for tests.
import { createIdentity, type Identity } from '@snek/identity'
import { type Announcement, appendAnnouncementEntry, compareKeys, decodeAnnouncement } from '@snek/wire'

/** So many nodes, the lowest key first: the same each time. */
export function identities(count: number): Identity[] {
  return Array.from({ length: count }, (_, index) =>
    createIdentity({ seed: new Uint8Array(32).fill(index & 0xff).fill(index >> 8, 1, 2) }),
  ).sort((a, b) => compareKeys(a.key, b.key))
}

/** What the last of `path` announces on `port`: the first is the root, each sends on its port to the next. */
export function announcement(
  sequence: bigint,
  ...path: readonly (readonly [Identity, number])[]
): Announcement {
  const [root] = path
  if (root === undefined) throw new RangeError('nobody announces nothing')
  let payload: Uint8Array | undefined
  for (const [identity, port] of path) {
    payload = appendAnnouncementEntry(payload ?? { key: root[0].key, sequence }, BigInt(port), identity)
  }
  return decodeAnnouncement(payload ?? new Uint8Array())
}
