// What it costs to believe an announcement.
import { createIdentity, loadVerifier } from '@snek/identity'
import { type Announcement, appendAnnouncementEntry, checkAnnouncement, decodeAnnouncement } from '@snek/wire'
import { nanoseconds } from './measure.ts'
import type { Measurement } from './report.ts'

const ENTRIES = 6
const SEQUENCES = 100
/** What the Go implementation takes for as many, in µs, on the machine of the first saved run. */
const REFERENCE = 583

export async function announcements(): Promise<Measurement[]> {
  const path = Array.from({ length: ENTRIES }, (_, index) =>
    createIdentity({ seed: new Uint8Array(32).fill(index) }),
  )
  const [root, sender] = [path[0], path.at(-1)]
  if (root === undefined || sender === undefined) return []
  const payloads = Array.from({ length: SEQUENCES }, (_, index) => {
    let payload = appendAnnouncementEntry({ key: root.key, sequence: BigInt(index + 1) }, 1n, root)
    for (const identity of path.slice(1)) payload = appendAnnouncementEntry(payload, 1n, identity)
    return payload
  })
  const check = (verifyAll: (announcement: Announcement) => boolean, index: number): void => {
    const announcement = decodeAnnouncement(payloads[index % SEQUENCES] as Uint8Array)
    checkAnnouncement(announcement, sender.key, () => true)
    if (!verifyAll(announcement)) throw new Error('an announcement is not believed')
  }
  const verifier = await loadVerifier()
  const byNew = ({ entries, payload }: Announcement): boolean =>
    entries.every((it) => verifier.verify(it.key, payload.subarray(0, it.signedLength), it.signature))
  const byKnown = (announcement: Announcement): boolean =>
    verifier.verifyEntries(announcement, 0, ENTRIES) === ENTRIES
  const first = nanoseconds(200, (index) => check(byNew, index)) / 1000
  const again = nanoseconds(200, (index) => check(byKnown, index)) / 1000
  return [
    { name: `announcement of ${ENTRIES} entries by new keys`, value: first, unit: 'µs' },
    { name: 'a new sequence by the same keys', value: again, unit: 'µs' },
    { name: 'that in verifications by new keys', value: again / (first / ENTRIES), unit: '×' },
    { name: 'that, to the Go implementation', value: again / REFERENCE, unit: '×' },
  ]
}
