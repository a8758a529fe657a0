// What a peering makes of a stream of bytes: frames, and an error that ends it.
import { encodeFrame, Key, type WireErrorCode } from '@snek/wire'
import { concat, filled, replaced, utf8 } from './support.ts'

export interface StreamCase {
  readonly comment: string
  /** As they come. */
  readonly chunks: readonly Uint8Array[]
  /** All that were complete, sound and of a known type. */
  readonly frames: readonly Uint8Array[]
  readonly error?: WireErrorCode
  /** From the start of the frame in question. */
  readonly offset?: number
}

const TYPE_AT = 5
const PAYLOAD_LENGTH_AT = 10
const common = { extra: 0, hopLimit: 0 }
const key = Key.from(filled(32, 0x0d))
const watermark = { key, sequence: 1234n }

const keepalive = encodeFrame({ type: 'keepalive', ...common })
const announcement = encodeFrame({ type: 'announcement', ...common, payload: utf8('announcement') })
const bootstrap = encodeFrame({
  type: 'bootstrap',
  ...common,
  destinationKey: key,
  watermark,
  payload: utf8('bootstrap'),
})
const broadcast = encodeFrame({
  type: 'broadcast',
  ...common,
  hopLimit: 5,
  sourceKey: key,
  payload: utf8('broadcast'),
})
const all = [announcement, bootstrap, broadcast]
const long = encodeFrame({ type: 'announcement', ...common, payload: filled(3000, 0x73) })
const unknown = replaced(announcement, TYPE_AT, [5])

export function streamCases(): StreamCase[] {
  return [...whole(), ...cut(), ...skipped(), ...refused()]
}

function whole(): StreamCase[] {
  const busy = [keepalive, announcement, keepalive, keepalive]
  return [
    { comment: 'nothing', chunks: [], frames: [] },
    { comment: 'an empty chunk', chunks: [new Uint8Array()], frames: [] },
    { comment: 'a frame a chunk', chunks: all, frames: all },
    { comment: 'several frames in one chunk', chunks: [concat(...all)], frames: all },
    { comment: 'keepalives before, between and after', chunks: [concat(...busy)], frames: busy },
    {
      comment: 'a long frame',
      chunks: splitAt(long, 1460),
      frames: [long],
    },
  ]
}

function cut(): StreamCase[] {
  const stream = concat(...all)
  const second = announcement.length
  return [
    { comment: 'a byte a chunk', chunks: pieces(stream, 1), frames: all },
    { comment: '7 bytes a chunk', chunks: pieces(stream, 7), frames: all },
    { comment: 'cut within a header', chunks: splitAt(stream, second + 4), frames: all },
    { comment: 'cut after a header', chunks: splitAt(stream, second + 10), frames: all },
    { comment: 'cut before the last byte of a frame', chunks: splitAt(stream, second - 1), frames: all },
    { comment: 'a frame and the first byte of the next', chunks: splitAt(stream, second + 1), frames: all },
    { comment: 'a header that never ends', chunks: [stream.subarray(0, second + 9)], frames: [announcement] },
    {
      comment: 'a frame that never ends',
      chunks: [stream.subarray(0, -1)],
      frames: [announcement, bootstrap],
    },
  ]
}

function skipped(): StreamCase[] {
  const stream = concat(announcement, unknown, broadcast)
  const frames = [announcement, broadcast]
  const empty = replaced(keepalive, TYPE_AT, [255])
  const big = replaced(long, TYPE_AT, [100])
  return [
    { comment: 'a frame of unknown type', chunks: [stream], frames },
    { comment: 'a frame of unknown type, a byte a chunk', chunks: pieces(stream, 1), frames },
    { comment: 'type 255 with nothing in it', chunks: [empty, announcement], frames: [announcement] },
    { comment: 'a long frame of unknown type', chunks: [big, ...all], frames: all },
    { comment: 'an unknown type that never ends', chunks: [unknown.subarray(0, -1)], frames: [] },
  ]
}

function refused(): StreamCase[] {
  const payloadTooShort = replaced(announcement, PAYLOAD_LENGTH_AT, [0, 200])
  const refuse = (
    error: WireErrorCode,
    offset: number,
    comment: string,
    chunks: readonly Uint8Array[],
    frames: readonly Uint8Array[] = [],
  ): StreamCase => ({ comment, chunks, frames, error, offset })
  return [
    { comment: 'less than a header of something else', chunks: [utf8('GET /')], frames: [] },
    refuse('bad-magic', 0, 'text', [utf8('GET / HTTP/1.1\r\n\r\n')]),
    refuse('bad-magic', 0, 'text, a byte a chunk', pieces(utf8('GET / HTTP/1.1\r\n'), 1)),
    refuse('bad-magic', 0, 'garbage after a frame', [concat(announcement, filled(20, 0))], [announcement]),
    refuse(
      'bad-magic',
      0,
      'a byte too many between frames',
      [concat(announcement, 0, broadcast)],
      [announcement],
    ),
    refuse(
      'unsupported-version',
      4,
      'frame version 1',
      [bootstrap, replaced(broadcast, 4, [1])],
      [bootstrap],
    ),
    refuse('unsupported-version', 4, 'version 1 of an unknown type', [replaced(unknown, 4, [1])]),
    refuse('bad-length', 8, 'a length of 9', [broadcast, replaced(broadcast, 8, [0, 9])], [broadcast]),
    refuse('bad-length', 8, 'a length of 0, unknown type', [replaced(unknown, 8, [0, 0])]),
    refuse('truncated', 12, 'a payload past its frame', [bootstrap, payloadTooShort, broadcast], [bootstrap]),
    refuse('trailing-bytes', 13, 'a payload that ends too early', [
      replaced(announcement, PAYLOAD_LENGTH_AT, [0, 1]),
    ]),
    refuse('trailing-bytes', 10, 'a keepalive with contents', [
      replaced(unknown, TYPE_AT, [0]),
      announcement,
    ]),
  ]
}

function pieces(stream: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(stream.length / size)
  return Array.from({ length: count }, (_, index) => stream.subarray(index * size, (index + 1) * size))
}

function splitAt(stream: Uint8Array, offset: number): Uint8Array[] {
  return [stream.subarray(0, offset), stream.subarray(offset)]
}
