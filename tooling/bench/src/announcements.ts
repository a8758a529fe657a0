// What it costs to believe an announcement.
import { createIdentity, type Identity, loadVerifier } from '@snek/identity'
import { type Announcement, appendAnnouncementEntry, checkAnnouncement, decodeAnnouncement } from '@snek/wire'
import { nanoseconds } from './measure.ts'
import type { Measurement } from './report.ts'

const ENTRIES = 6
/** More keys than a verifier has seen before it forgets the first. */
const PATHS = 200
/** What the Go implementation took for as many entries, in µs, on an older machine. */
const REFERENCE = 583

export async function announcements(): Promise<Measurement[]> {
  const { verifyEntries } = await loadVerifier()
  const microseconds = (payloads: Uint8Array[]): number =>
    nanoseconds(PATHS, (index) => {
      const announcement = decodeAnnouncement(payloads[index] as Uint8Array)
      checkAnnouncement(announcement, senderOf(announcement), () => true)
      if (verifyEntries(announcement, 0, ENTRIES) < ENTRIES) throw new Error('a signature is not believed')
    }) / 1000
  const sequences = Array.from({ length: PATHS }, (_, index) => BigInt(index))
  const newKeys = microseconds(sequences.map((sequence) => announced(sequence, path(Number(sequence) + 1))))
  const knownKeys = microseconds(sequences.map((sequence) => announced(sequence, path(0))))
  return [
    { name: `announcement of ${ENTRIES} entries, by new keys`, value: newKeys, unit: 'µs' },
    {
      name: `the same, to the ${REFERENCE} µs that the Go implementation took elsewhere`,
      value: newKeys / REFERENCE,
      unit: '×',
    },
    { name: 'a new sequence, by known keys', value: knownKeys, unit: 'µs' },
    { name: 'the same, in verifications by new keys', value: knownKeys / (newKeys / ENTRIES), unit: '×' },
  ]
}

function path(number: number): Identity[] {
  return Array.from({ length: ENTRIES }, (_, index) => {
    const seed = new Uint8Array(32).fill(index)
    new DataView(seed.buffer).setUint32(0, number)
    return createIdentity({ seed })
  })
}

function announced(sequence: bigint, [root, ...others]: Identity[]): Uint8Array {
  if (root === undefined) throw new Error('a path has entries')
  let payload = appendAnnouncementEntry({ key: root.key, sequence }, 1n, root)
  for (const identity of others) payload = appendAnnouncementEntry(payload, 1n, identity)
  return payload
}

function senderOf({ entries }: Announcement): Identity['key'] {
  return (entries[ENTRIES - 1] as Announcement['entries'][number]).key
}
