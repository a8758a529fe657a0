import { concat, u8, u16 } from './bytes.ts'
import { type Coordinates, encodeCoordinates } from './coordinates.ts'
import { WireError } from './errors.ts'
import type { Key } from './key.ts'
import { Reader } from './reader.ts'
import { encodeSequencedKey, INITIAL_WATERMARK, type Watermark } from './watermark.ts'

/** What a frame is for, by its number on the wire (PROTOCOL.md section 2). */
export const FrameType = { keepalive: 0, announcement: 1, bootstrap: 2, traffic: 3, broadcast: 4 } as const

export type FrameTypeName = keyof typeof FrameType

/** The length of a frame's header in bytes. */
export const FRAME_HEADER_LENGTH = 10

/** The length of the longest frame in bytes. */
export const MAX_FRAME_LENGTH = 0xffff

const MAGIC = 0x70696e65
const VERSION = 0
const VERSION_AT = 4
const TYPE_AT = 5
const LENGTH_AT = 8

const TYPE_NAMES: readonly FrameTypeName[] = [
  'keepalive',
  'announcement',
  'bootstrap',
  'traffic',
  'broadcast',
]

/** The first 10 bytes of a frame. */
export type FrameHeader = {
  /** The type's number, which needn't be one of `FrameType`: peerings skip others. */
  readonly typeNumber: number
  /** One byte, passed on untouched. */
  readonly extra: number
  /** Hops left, where hop limiting is on. */
  readonly hopLimit: number
  /** Of the whole frame, in bytes. */
  readonly length: number
}

interface Common {
  /** One byte, passed on untouched. */
  readonly extra: number
  /** Hops left, where hop limiting is on; one byte. */
  readonly hopLimit: number
}

/** Says that the peer is alive. */
export interface KeepaliveFrame extends Common {
  readonly type: 'keepalive'
}

/** A tree announcement. */
export interface AnnouncementFrame extends Common {
  readonly type: 'announcement'
  readonly payload: Uint8Array
}

/** A snake bootstrap. */
export interface BootstrapFrame extends Common {
  readonly type: 'bootstrap'
  /** The node that bootstraps. */
  readonly destinationKey: Key
  readonly watermark: Watermark
  readonly payload: Uint8Array
}

/** A datagram between two nodes. */
export interface TrafficFrame extends Common {
  readonly type: 'traffic'
  /** Where it goes by tree; empty: by snake. */
  readonly destination: Coordinates
  /** Where an answer would go; empty: not given. */
  readonly source: Coordinates
  readonly destinationKey: Key
  readonly sourceKey: Key
  /** On the wire only if `destination` is empty; the initial one otherwise. */
  readonly watermark: Watermark
  readonly payload: Uint8Array
}

/** A wake-up broadcast. */
export interface BroadcastFrame extends Common {
  readonly type: 'broadcast'
  /** The node that wakes up. */
  readonly sourceKey: Key
  readonly payload: Uint8Array
}

export type Frame = KeepaliveFrame | AnnouncementFrame | BootstrapFrame | TrafficFrame | BroadcastFrame

/**
 * The header at `offset`, or undefined while fewer than 10 bytes are there: enough to cut a stream into
 * frames. Throws a WireError `bad-magic`, `unsupported-version` or `bad-length`, its offset counted from the
 * start of the frame.
 */
export function peekFrameHeader(bytes: Uint8Array, offset = 0): FrameHeader | undefined {
  if (bytes.length < offset + FRAME_HEADER_LENGTH) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, FRAME_HEADER_LENGTH)
  if (view.getUint32(0) !== MAGIC) throw new WireError('bad-magic', 0)
  if (view.getUint8(VERSION_AT) !== VERSION) throw new WireError('unsupported-version', VERSION_AT)
  const length = view.getUint16(LENGTH_AT)
  if (length < FRAME_HEADER_LENGTH) throw new WireError('bad-length', LENGTH_AT)
  return { typeNumber: view.getUint8(TYPE_AT), extra: view.getUint8(6), hopLimit: view.getUint8(7), length }
}

/**
 * Decodes exactly one frame (PROTOCOL.md section 2). Payloads are views of `bytes`. Throws a WireError that
 * says what is wrong with the first field that is.
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  const header = peekFrameHeader(bytes)
  if (header === undefined) throw new WireError('truncated', 0)
  if (bytes.length < header.length) throw new WireError('truncated', FRAME_HEADER_LENGTH)
  if (bytes.length > header.length) throw new WireError('trailing-bytes', header.length)
  const type = TYPE_NAMES[header.typeNumber]
  if (type === undefined) throw new WireError('unknown-frame-type', TYPE_AT)
  const common = { extra: header.extra, hopLimit: header.hopLimit }
  const reader = new Reader(bytes, FRAME_HEADER_LENGTH)
  if (type === 'keepalive') {
    reader.finish()
    return { type, ...common }
  }
  const payloadLength = reader.u16()
  switch (type) {
    case 'announcement':
      return { type, ...common, payload: reader.last(payloadLength) }
    case 'bootstrap':
      return {
        type,
        ...common,
        destinationKey: reader.key(),
        watermark: reader.sequencedKey(),
        payload: reader.last(payloadLength),
      }
    case 'traffic': {
      const destination = reader.coordinates()
      return {
        type,
        ...common,
        destination,
        source: reader.coordinates(),
        destinationKey: reader.key(),
        sourceKey: reader.key(),
        watermark: destination.length === 0 ? reader.sequencedKey() : INITIAL_WATERMARK,
        payload: reader.last(payloadLength),
      }
    }
    case 'broadcast':
      return { type, ...common, sourceKey: reader.key(), payload: reader.last(payloadLength) }
  }
}

/** Encodes a frame. Throws a WireError `too-long` if it takes more than 65,535 bytes. */
export function encodeFrame(frame: Frame): Uint8Array {
  const contents = concat(...encodeContents(frame))
  const header = new Uint8Array(FRAME_HEADER_LENGTH)
  new DataView(header.buffer).setUint32(0, MAGIC)
  header.set([VERSION, FrameType[frame.type], u8(frame.extra), u8(frame.hopLimit)], VERSION_AT)
  header.set(u16(FRAME_HEADER_LENGTH + contents.length), LENGTH_AT)
  return concat(header, contents)
}

function encodeContents(frame: Frame): Uint8Array[] {
  switch (frame.type) {
    case 'keepalive':
      return []
    case 'announcement':
      return [u16(frame.payload.length), frame.payload]
    case 'bootstrap':
      return [
        u16(frame.payload.length),
        frame.destinationKey.toBytes(),
        encodeSequencedKey(frame.watermark),
        frame.payload,
      ]
    case 'traffic':
      return [
        u16(frame.payload.length),
        encodeCoordinates(frame.destination),
        encodeCoordinates(frame.source),
        frame.destinationKey.toBytes(),
        frame.sourceKey.toBytes(),
        ...(frame.destination.length === 0 ? [encodeSequencedKey(frame.watermark)] : []),
        frame.payload,
      ]
    case 'broadcast':
      return [u16(frame.payload.length), frame.sourceKey.toBytes(), frame.payload]
  }
}
