// The frames of RFC 6455, by the `ws` package and plainly.
import { BufferPool } from '@snek/transport'
import { pattern } from '@snek/transport/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mask } from '../src/masking.ts'
import { controlFrame, MESSAGE_BUFFER, MessageBatch } from '../src/message-batch.ts'
import { MessageError, MessageReader, Opcode } from '../src/message-reader.ts'

/** What a reader makes of bytes that come in pieces. */
function read(
  pieces: readonly Uint8Array[],
  isMasked: boolean,
): { bytes: number[]; closes: number[]; pings: number[][] } {
  const bytes: number[] = []
  const closes: number[] = []
  const pings: number[][] = []
  const reader = new MessageReader(
    {
      onData: (part) => void bytes.push(...part),
      onClose: (code) => void closes.push(code),
      onPing: (payload) => void pings.push([...payload]),
    },
    isMasked,
  )
  for (const piece of pieces) reader.push(piece.slice())
  return { bytes, closes, pings }
}

function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts.map((part) => Math.floor(part * bytes.length)), bytes.length].toSorted(
    (a, b) => a - b,
  )
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

function closeCodeOf(...bytes: number[]): number | undefined {
  try {
    read([Uint8Array.from(bytes)], false)
    return undefined
  } catch (error) {
    if (error instanceof MessageError) return error.closeCode
    throw error
  }
}

const concat = (pieces: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(pieces.flatMap((piece) => [...piece]))
const random = (length: number): Uint8Array => pattern(length, 9)
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 })
const settings = { seed: 20, numRuns: 300 }

test('masking is XOR by the key, wherever the bytes are', () => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 70 }),
    fc.nat(5),
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.nat(3),
    (bytes, offset, key, phase) => {
      const place = new Uint8Array(offset + bytes.length)
      place.set(bytes, offset)
      mask(place.subarray(offset), key, phase)
      const expected = bytes.map((byte, at) => byte ^ (key[(at + phase) % 4] as number))
      expect(place.subarray(offset)).toEqual(expected)
    },
  )
  fc.assert(property, settings)
})

test.each([
  ['client', random],
  ['server', undefined],
] as const)('what a %s sends is read, however it is cut', (_, source) => {
  const sizes = fc.array(fc.oneof(fc.nat(200), fc.nat(70_000)), { maxLength: 4 })
  const property = fc.property(sizes, cuts, (lengths, parts) => {
    const batch = new MessageBatch(new BufferPool(MESSAGE_BUFFER), source)
    const chunks = lengths.map((length, index) => pattern(length, index))
    for (const chunk of chunks) batch.push(chunk)
    expect(batch.bytes).toBe(concat(chunks).length)
    const sent = concat(batch.take())
    expect(batch.take()).toEqual([])
    const found = read(cut(sent, parts), source !== undefined)
    expect(Buffer.from(found.bytes).equals(concat(chunks))).toBe(true)
  })
  fc.assert(property, { ...settings, numRuns: 60 })
})

test('control frames may come between the parts of a message', () => {
  const part = (first: number, payload: Uint8Array): Uint8Array =>
    Uint8Array.of(first, payload.length, ...payload)
  const stream = concat([
    part(Opcode.binary, pattern(10, 1)),
    controlFrame(Opcode.ping, pattern(3, 2)),
    part(Opcode.continuation, pattern(10, 3)),
    controlFrame(Opcode.pong, pattern(3, 4)),
    part(0x80 | Opcode.continuation, pattern(10, 5)),
    part(0x80 | Opcode.binary, pattern(0, 1)),
    controlFrame(Opcode.close, Uint8Array.of(0x03, 0xe8)),
    part(0x80 | Opcode.binary, pattern(10, 6)),
  ])
  const expected = [...pattern(10, 1), ...pattern(10, 3), ...pattern(10, 5)]
  for (let at = 0; at <= stream.length; at += 1) {
    expect(read([stream.subarray(0, at), stream.subarray(at)], false)).toEqual({
      bytes: expected,
      closes: [1000],
      pings: [[...pattern(3, 2)]],
    })
  }
})

describe('refused', () => {
  test.each([
    ['reserved bits', [0xc2, 0], 1002],
    ['a mask from a server', [0x82, 0x80, 1, 2, 3, 4], 1002],
    ['an unknown kind of message', [0x83, 0], 1002],
    ['an unknown kind of control frame', [0x8b, 0], 1002],
    ['a control frame in parts', [0x09, 0], 1002],
    ['a control frame that is too long', [0x89, 126, 0, 126], 1002],
    ['a message within another', [0x02, 1, 7, 0x82, 1, 7], 1002],
    ['a part of no message', [0x80, 0], 1002],
    ['a message without end', [0x82, 127, 0xff, 0, 0, 0, 0, 0, 0, 0], 1002],
    ['half a close code', [0x88, 1, 3], 1002],
    ['text', [0x81, 1, 0x61], 1003],
  ])('%s', (_, bytes, code) => {
    expect(closeCodeOf(...bytes)).toBe(code)
  })

  test('nothing masked by a client', () => {
    expect(() => read([Uint8Array.of(0x82, 0)], true)).toThrow(MessageError)
  })
})

test('any bytes are read or refused, however they are cut', () => {
  const outcome = (pieces: readonly Uint8Array[], isMasked: boolean): unknown => {
    try {
      return read(pieces, isMasked)
    } catch (error) {
      if (error instanceof MessageError) return error.message
      throw error
    }
  }
  const first = fc.constantFrom(0x82, 0x02, 0x00, 0x80, 0x89, 0x88)
  const stream = fc.array(fc.tuple(first, fc.nat(255), fc.uint8Array({ maxLength: 20 })), { maxLength: 8 })
  const property = fc.property(stream, cuts, fc.boolean(), (frames, parts, isMasked) => {
    const bytes = concat(frames.map(([head, second, rest]) => Uint8Array.of(head, second, ...rest)))
    expect(outcome(cut(bytes, parts), isMasked)).toEqual(outcome([bytes], isMasked))
  })
  fc.assert(property, settings)
})
