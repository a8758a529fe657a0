// What it costs to believe an announcement.
import { createIdentity, verify } from '@snek/identity'
import { appendAnnouncementEntry, checkAnnouncement, decodeAnnouncement } from '@snek/wire'
import { nanoseconds } from './measure.ts'
import type { Measurement } from './report.ts'

const ENTRIES = 6
/** What the Go implementation takes for as many, in µs, on the machine of the first saved run. */
const REFERENCE = 583

export function announcements(): Measurement[] {
  const path = Array.from({ length: ENTRIES }, (_, index) =>
    createIdentity({ seed: new Uint8Array(32).fill(index) }),
  )
  const [root, sender] = [path[0], path.at(-1)]
  if (root === undefined || sender === undefined) return []
  let payload = appendAnnouncementEntry({ key: root.key, sequence: 1n }, 1n, root)
  for (const identity of path.slice(1)) payload = appendAnnouncementEntry(payload, 1n, identity)
  const value = nanoseconds(200, () => checkAnnouncement(decodeAnnouncement(payload), sender.key, verify))
  return [
    { name: `announcement of ${ENTRIES} entries verified`, value: value / 1000, unit: 'µs' },
    { name: 'the same, to the Go implementation', value: value / 1000 / REFERENCE, unit: '×' },
  ]
}
