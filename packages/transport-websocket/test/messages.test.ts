// The frames of RFC 6455: masked, headed, and told apart.
import { pattern } from '@snek/transport/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mask } from '../src/mask.ts'
import { messageHeader } from '../src/message-header.ts'
import { MessageReader } from '../src/message-reader.ts'

const KEY = Uint8Array.of(0x12, 0x34, 0x56, 0x78)
const settings = { seed: 20, numRuns: 300 }
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 })

const concat = (pieces: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(pieces.flatMap((piece) => [...piece]))

interface Read {
  readonly payload: number[]
  /** The last one. */
  ping: number[]
  readonly other: number[]
  /** How often something was handed over. */
  calls: number
}

/** What a reader makes of bytes that come in pieces. */
function read(pieces: readonly Uint8Array[]): Read {
  const result: Read = { payload: [], ping: [], other: [], calls: 0 }
  const take = (bytes: Uint8Array, into: number[]): void => {
    result.calls += 1
    for (const byte of bytes) into.push(byte)
  }
  const reader = new MessageReader({
    onPayload: (bytes) => take(bytes, result.payload),
    onPing: (bytes) => {
      result.ping = []
      take(bytes, result.ping)
    },
    onOther: (bytes) => take(bytes, result.other),
  })
  for (const piece of pieces) reader.push(piece.slice())
  return result
}

function cut(bytes: Uint8Array, parts: readonly number[]): Uint8Array[] {
  const ends = [...parts.map((part) => Math.floor(part * bytes.length)), bytes.length].toSorted(
    (a, b) => a - b,
  )
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

/** A frame as clients send it. */
function frame(first: number, payload: Uint8Array): Uint8Array {
  const header = messageHeader(payload.length, KEY)
  header[0] = first
  const masked = payload.slice()
  mask(masked, KEY)
  return concat([header, masked])
}

test('masking is XOR by the key, wherever the bytes are', () => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 200 }),
    fc.nat(9),
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.nat(3),
    (bytes, offset, key, phase) => {
      const place = new Uint8Array(offset + bytes.length + 1)
      place.set(bytes, offset)
      mask(place.subarray(offset, offset + bytes.length), key, phase)
      const expected = bytes.map((byte, at) => byte ^ (key[(at + phase) % 4] as number))
      expect(place).toEqual(Uint8Array.of(...new Uint8Array(offset), ...expected, 0))
    },
  )
  fc.assert(property, settings)
})

test('binary messages are read, however they are cut', () => {
  const sizes = fc.array(fc.oneof(fc.nat(200), fc.nat(65_535)), { maxLength: 4 })
  const property = fc.property(sizes, cuts, (lengths, parts) => {
    const payloads = lengths.map((length, index) => pattern(length, index))
    const sent = concat(payloads.map((payload) => frame(0x82, payload)))
    const { payload, other } = read(cut(sent, parts))
    expect(Buffer.from(payload).equals(concat(payloads))).toBe(true)
    expect(other).toEqual([])
  })
  fc.assert(property, { ...settings, numRuns: 60 })
})

test('pings may come between the parts of a message, and pongs, which are left out', () => {
  const ping = frame(0x89, pattern(3, 2))
  const parts = [pattern(10, 1), pattern(10, 3), pattern(0, 4), pattern(300, 5)] as const
  const stream = concat([
    frame(0x02, parts[0]),
    ping,
    frame(0x00, parts[1]),
    frame(0x8a, pattern(4, 2)),
    frame(0x8a, pattern(0, 2)),
    frame(0x80, parts[2]),
    frame(0x82, parts[3]),
  ])
  const expected = { payload: [...concat(parts)], ping: [...ping], other: [] }
  for (let at = 0; at <= stream.length; at += 1) {
    expect(read([stream.subarray(0, at), stream.subarray(at)])).toMatchObject(expected)
  }
})

test('what is read at once is handed over at once, however small its messages are', () => {
  const payload = pattern(500, 1)
  const pings = [...payload].map((byte) => frame(0x89, Uint8Array.of(byte)))
  const stream = concat(
    [...payload].flatMap((byte, at) => [frame(0x82, Uint8Array.of(byte)), pings[at] ?? KEY]),
  )
  expect(read([stream])).toEqual({
    payload: [...payload],
    ping: [...(pings.at(-1) ?? [])],
    other: [],
    calls: 2,
  })
})

test.each([
  ['a close', frame(0x88, pattern(2, 1))],
  ['text', frame(0x81, pattern(20, 1))],
  ['reserved bits', frame(0xc2, pattern(20, 1))],
  ['an unknown kind of frame', frame(0x83, pattern(20, 1))],
  ['a ping in parts', frame(0x09, pattern(20, 1))],
  ['a ping that is too long', frame(0x89, pattern(126, 1))],
  ['a part of no message', frame(0x80, pattern(20, 1))],
  ['no mask', concat([messageHeader(20), pattern(20, 1)])],
  ['a message that is too long', Uint8Array.of(0x82, 0xff, 0, 0, 0, 0, 0, 4, 0, 1, ...KEY)],
  ['a message without end', Uint8Array.of(0x82, 0xff, ...new Uint8Array(8).fill(255), ...KEY)],
  ['a message within another', frame(0x82, pattern(20, 1)), 0x02],
  ['a part that is too long', Uint8Array.of(0x80, 0xff, 0, 0, 0, 0, 0, 4, 0, 1, ...KEY), 0x02],
])('from %s on, all is left as it is', (_, wrong, first = 0x82) => {
  const before = frame(first, pattern(7, 1))
  const rest = concat([wrong, frame(0x82, pattern(5, 3))])
  const stream = concat([before, rest])
  for (let at = 0; at <= stream.length; at += 1) {
    expect(read([stream.subarray(0, at), stream.subarray(at)])).toMatchObject({
      payload: [...pattern(7, 1)],
      other: first === 0x02 ? [0x02, 0x80, 0, 0, 0, 0, ...rest] : [...rest],
    })
  }
})

test('any bytes are told apart alike, however they are cut', () => {
  const first = fc.constantFrom(0x82, 0x02, 0x00, 0x80, 0x89, 0x88)
  const second = fc.oneof(fc.nat(255), fc.integer({ min: 0x80, max: 0x88 }))
  const frames = fc.array(fc.tuple(first, second, fc.uint8Array({ maxLength: 20 })), { maxLength: 8 })
  const property = fc.property(frames, cuts, (some, parts) => {
    const bytes = concat(some.map(([head, length, rest]) => Uint8Array.of(head, length, ...rest)))
    const { calls: _, ...whole } = read([bytes])
    expect(read(cut(bytes, parts))).toMatchObject(whole)
  })
  fc.assert(property, settings)
})
