// How each format of the protocol lies in its bytes (PROTOCOL.md sections 1 to 5).
import { FRAME_HEADER_LENGTH, FrameType, SIGNATURE_LENGTH } from '@snek/wire'
import { type Layout, type LayoutReader, layOut } from './layout.ts'

export type FormatName =
  | 'varu64'
  | 'coordinates'
  | 'handshake'
  | 'announcement'
  | 'bootstrap'
  | 'broadcast'
  | 'frame'
  | 'stream'

const READERS: Readonly<Record<FormatName, (reader: LayoutReader) => void>> = {
  varu64: (reader) => void reader.varu64('value'),
  coordinates: (reader) => void reader.coordinates('coordinates'),
  handshake,
  announcement,
  bootstrap: signedSequence,
  broadcast: signedSequence,
  frame,
  stream: (reader) => {
    while (!reader.atEnd) frame(reader)
  },
}

export function isFormat(name: unknown): name is FormatName {
  return typeof name === 'string' && Object.hasOwn(READERS, name)
}

/** The fields of bytes in a format, as far as they can be told apart. */
export function layOutFormat(format: FormatName, bytes: Uint8Array): Layout {
  return layOut(bytes, READERS[format])
}

function handshake(reader: LayoutReader): void {
  reader.number('version', 1)
  reader.bytes('flags', 3)
  reader.number('capabilities', 4, (value) => `0x${value.toString(16)}`)
  reader.key('key')
  reader.bytes('signature', SIGNATURE_LENGTH)
}

function announcement(reader: LayoutReader): void {
  reader.key('root key')
  reader.varu64('root sequence')
  while (!reader.atEnd) {
    reader.varu64('port')
    reader.key('key')
    reader.bytes('signature', SIGNATURE_LENGTH)
  }
}

function signedSequence(reader: LayoutReader): void {
  reader.varu64('sequence')
  reader.key('root key')
  reader.varu64('root sequence')
  reader.bytes('signature', SIGNATURE_LENGTH)
}

const TYPES = Object.keys(FrameType)

function frame(reader: LayoutReader): void {
  let type: string | undefined
  let length = 0
  reader.group('header', '', FRAME_HEADER_LENGTH, (header) => {
    header.bytes('magic', 4, (bytes) => String.fromCharCode(...bytes).replace(/[^ -~]/g, '·'))
    header.number('frame version', 1)
    header.number('type', 1, (value) => {
      type = TYPES[value]
      return `${value} ${type ?? 'unknown'}`
    })
    header.number('extra', 1)
    header.number('hop limit', 1)
    length = header.number('length', 2)
  })
  const rest = length - FRAME_HEADER_LENGTH
  if (rest < 0) reader.fail('bad-length', FRAME_HEADER_LENGTH - 2)
  if (rest > 0) reader.group(type ?? 'contents', '', rest, (body) => contents(type, body))
}

function contents(type: string | undefined, body: LayoutReader): void {
  if (type === undefined || type === 'keepalive') return body.rest('unknown')
  const length = body.number('payload length', 2)
  if (type === 'bootstrap') {
    body.key('destination key')
    watermark(body)
  }
  if (type === 'broadcast') body.key('source key')
  if (type === 'traffic') {
    const destination = body.coordinates('destination')
    body.coordinates('source')
    body.key('destination key')
    body.key('source key')
    if (destination.length === 0) watermark(body)
  }
  if (length > 0) payload(type, body, length)
}

/** In its fields, where it is what the frame's type promises: vectors also have frames around anything. */
function payload(type: string, body: LayoutReader, length: number): void {
  if (!isFormat(type) || !body.tryGroup('payload', length, READERS[type])) body.bytes('payload', length)
}

function watermark(reader: LayoutReader): void {
  reader.key('watermark key')
  reader.varu64('watermark sequence')
}
