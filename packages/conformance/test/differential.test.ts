// The two implementations against each other: whatever the bytes, they give the same value, or the same error
// at the same offset.
import {
  type Announcement,
  decodeHex,
  FRAME_HEADER_LENGTH,
  Key,
  receiverCoordinates,
  WireError,
} from '@snek/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Codecs, loadImplementations } from '../src/index.ts'
import { casesOf } from './vectors.ts'

const RUNS = { seed: 0x736e656b, numRuns: 2000 }

const [typescript, wasm] = (await loadImplementations()).map((it) => it.codecs) as [Codecs, Codecs]

/** Checks the path of the announcement too, as if it came from the last key that it names. */
function checked(codecs: Codecs, payload: Uint8Array): Announcement {
  const announcement = codecs.decodeAnnouncement(payload)
  const sender = announcement.entries.at(-1)?.key ?? announcement.root.key
  codecs.checkAnnouncement(announcement, sender, () => true)
  return announcement
}

const DECODERS: Readonly<Record<string, (codecs: Codecs, bytes: Uint8Array) => unknown>> = {
  'varu64.json': (codecs, bytes) => codecs.decodeVaru64(bytes),
  'coordinates.json': (codecs, bytes) => codecs.decodeCoordinates(bytes),
  'frames.json': (codecs, bytes) => codecs.decodeFrame(bytes),
  'handshake.json': (codecs, bytes) => codecs.decodeHandshake(bytes, () => true),
  'announcement.json': checked,
  'bootstrap.json': (codecs, bytes) => codecs.decodeBootstrap(bytes),
  'broadcast.json': (codecs, bytes) => codecs.decodeBroadcast(bytes),
}

function outcome(decode: () => unknown): unknown {
  try {
    return decode()
  } catch (error) {
    if (error instanceof WireError) return { code: error.code, offset: error.offset }
    throw error
  }
}

function samplesOf(file: string): Uint8Array[] {
  return casesOf(file).map((it) => decodeHex(String(it['hex'])) ?? expect.fail('not hex'))
}

/** A sample with a few bytes changed, cut out or put in. */
function damaged(samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat(),
    removed: fc.integer({ min: 0, max: 2 }),
    added: fc.uint8Array({ maxLength: 2 }),
  })
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { maxLength: 3 }))
    .map(([sample, changes]) => {
      const bytes = [...sample.subarray(0, 500)]
      for (const { at, removed, added } of changes) bytes.splice(at % (bytes.length + 1), removed, ...added)
      return Uint8Array.from(bytes)
    })
}

test.each(Object.keys(DECODERS))('%s, damaged', (file) => {
  const decode = DECODERS[file] as (typeof DECODERS)[string]
  const property = fc.property(damaged(samplesOf(file)), (bytes) => {
    expect(outcome(() => decode(wasm, bytes))).toEqual(outcome(() => decode(typescript, bytes)))
  })
  fc.assert(property, RUNS)
})

test('frames.json, damaged, with the right length', () => {
  const property = fc.property(damaged(samplesOf('frames.json')), (bytes) => {
    if (bytes.length >= FRAME_HEADER_LENGTH) new DataView(bytes.buffer).setUint16(8, bytes.length)
    expect(outcome(() => wasm.decodeFrame(bytes))).toEqual(outcome(() => typescript.decodeFrame(bytes)))
  })
  fc.assert(property, RUNS)
})

test('paths of announcements that make no sense', () => {
  const key = fc.integer({ min: 0, max: 3 }).map((byte) => Key.from(new Uint8Array(32).fill(byte)))
  const hop = fc.record({ port: fc.bigInt({ min: 0n, max: 3n }), key })
  const root = fc.record({ key, sequence: fc.bigInt({ min: 0n, max: 3n }) })
  const property = fc.property(
    root,
    fc.array(hop, { maxLength: 4 }),
    key,
    root,
    (announced, hops, peer, last) => {
      const payload = Uint8Array.from([
        ...announced.key.toBytes(),
        Number(announced.sequence),
        ...hops.flatMap((it) => [Number(it.port), ...it.key.toBytes(), ...new Uint8Array(64)]),
      ])
      const judge = (codecs: Codecs): unknown =>
        outcome(() => {
          const announcement = codecs.decodeAnnouncement(payload)
          codecs.checkAnnouncement(announcement, peer, () => true, last)
          return receiverCoordinates(announcement)
        })
      expect(judge(wasm)).toEqual(judge(typescript))
    },
  )
  fc.assert(property, RUNS)
})
