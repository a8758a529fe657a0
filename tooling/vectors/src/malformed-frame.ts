import { encodeVaru64 } from '@snek/wire'
import {
  badVaru64s,
  change,
  cuts,
  type Field,
  type MalformedCase,
  offsetOf,
  whole,
} from './malformed-case.ts'
import { concat, filled, replaced, utf8 } from './support.ts'

const HEADER_LENGTH = 10
const TYPE_AT = 5
const LENGTH_AT = 8

const PAYLOAD = utf8('payload')
const DESTINATION_KEY: Field = ['destination key', filled(32, 0x0d)]
const SOURCE_KEY: Field = ['source key', filled(32, 0x50)]
const WATERMARK: Field[] = [
  ['watermark key', filled(32, 0xff)],
  ['watermark sequence', encodeVaru64(1234n)],
]
const SOURCE: Field[] = [
  ['length of the source coordinates', [0, 3]],
  ['source coordinates', [0x01, 0x89, 0x52]],
]

/** Sound contents of each type, between the payload's length and the payload. */
const CONTENTS: readonly { type: number; name: string; fields: readonly Field[] }[] = [
  { type: 1, name: 'announcement', fields: [] },
  { type: 2, name: 'bootstrap', fields: [DESTINATION_KEY, ...WATERMARK] },
  {
    type: 3,
    name: 'traffic by tree',
    fields: [
      ['length of the destination coordinates', [0, 2]],
      ['destination coordinates', [0x04, 0x05]],
      ...SOURCE,
      DESTINATION_KEY,
      SOURCE_KEY,
    ],
  },
  {
    type: 3,
    name: 'traffic by snake',
    fields: [
      ['length of the destination coordinates', [0, 0]],
      ...SOURCE,
      DESTINATION_KEY,
      SOURCE_KEY,
      ...WATERMARK,
    ],
  },
  { type: 4, name: 'broadcast', fields: [SOURCE_KEY] },
]

export function frameCases(): MalformedCase[] {
  return [
    ...headers(),
    ...CONTENTS.flatMap(({ type, name, fields }) => ofType(type, name, fields)),
    ...coordinates(),
  ]
}

function headers(): MalformedCase[] {
  const keepalive = frame(0, new Uint8Array())
  const broadcast = frame(4, whole(sample(4)))
  return [
    refuse('truncated', 0, 'nothing', new Uint8Array()),
    refuse('truncated', 0, 'cut off within the magic', keepalive.subarray(0, 3)),
    refuse('truncated', 0, 'cut off within the header', keepalive.subarray(0, 9)),
    refuse('truncated', 0, 'less than a header, of another protocol', utf8('GET /')),
    refuse('bad-magic', 0, 'the first byte of the magic', replaced(keepalive, 0, [0x50])),
    refuse('bad-magic', 0, 'the last byte of the magic', replaced(keepalive, 3, [0x45])),
    refuse('bad-magic', 0, 'text', utf8('GET / HTTP/1.1\r\n\r\n')),
    refuse('unsupported-version', 4, 'frame version 1', replaced(keepalive, 4, [1])),
    refuse('unsupported-version', 4, 'frame version 255', replaced(keepalive, 4, [255])),
    refuse('bad-length', 8, 'length 0', replaced(keepalive, LENGTH_AT, [0, 0])),
    refuse('bad-length', 8, 'length 9', replaced(keepalive, LENGTH_AT, [0, 9])),
    refuse('truncated', 10, 'a keepalive that claims a byte more', replaced(keepalive, LENGTH_AT, [0, 11])),
    refuse('truncated', 10, 'the greatest length', replaced(broadcast, LENGTH_AT, [0xff, 0xff])),
    refuse('truncated', 10, 'a header only', broadcast.subarray(0, HEADER_LENGTH)),
    refuse('truncated', 10, 'the last byte is missing', broadcast.subarray(0, -1)),
    refuse('trailing-bytes', 10, 'a byte after a keepalive', concat(keepalive, 0)),
    refuse('trailing-bytes', 10, 'a keepalive with contents', frame(0, [0])),
    refuse('trailing-bytes', broadcast.length, 'a second frame', concat(broadcast, keepalive)),
    refuse('trailing-bytes', 10, 'length 10 for a broadcast', replaced(broadcast, LENGTH_AT, [0, 10])),
    refuse('unknown-frame-type', 5, 'type 5', replaced(keepalive, TYPE_AT, [5])),
    refuse('unknown-frame-type', 5, 'type 255', frame(255, utf8('whatever'))),
  ]
}

/** Cut off at every field, the frame's length being right; lengths and numbers that are wrong. */
function ofType(type: number, name: string, between: readonly Field[]): MalformedCase[] {
  const fields = enclose(between)
  const inFrame = ({ comment, hex, offset, error }: MalformedCase): MalformedCase =>
    refuse(error, HEADER_LENGTH + offset, `${name}: ${comment}`, frame(type, hex))
  const payloadAt = offsetOf(fields, 'payload')
  const withPayloadLength = (length: number): Uint8Array => change(fields, 'payload length', [0, length])
  const contents = (error: MalformedCase['error'], offset: number, comment: string, hex: Uint8Array) =>
    inFrame({ format: 'frame', error, offset, comment, hex })
  return [
    ...cuts('frame', fields).map(inFrame),
    ...between
      .filter(([field]) => field.endsWith('sequence'))
      .flatMap(([field]) => badVaru64s('frame', fields, field).map(inFrame)),
    contents('trailing-bytes', payloadAt + 7, 'a byte after the payload', concat(whole(fields), 0)),
    contents('trailing-bytes', payloadAt + 6, 'the payload is longer than its length', withPayloadLength(6)),
    contents('trailing-bytes', payloadAt, 'a payload where none was announced', withPayloadLength(0)),
    contents('truncated', payloadAt, 'the payload is shorter than its length', withPayloadLength(8)),
    contents(
      'truncated',
      payloadAt,
      'a payload length of 65,535',
      change(fields, 'payload length', [255, 255]),
    ),
  ]
}

function coordinates(): MalformedCase[] {
  const traffic = enclose(CONTENTS[2]?.fields ?? [])
  return ['destination', 'source'].flatMap((name) => {
    const lengthField = `length of the ${name} coordinates`
    const at = HEADER_LENGTH + offsetOf(traffic, `${name} coordinates`)
    const withLength = (...bytes: number[]): Uint8Array => frame(3, change(traffic, lengthField, bytes))
    const withPorts = (...bytes: number[]): Uint8Array =>
      frame(
        3,
        whole(
          traffic.map(([field, before]): Field => {
            if (field === lengthField) return [field, [0, bytes.length]]
            return [field, field === `${name} coordinates` ? bytes : before]
          }),
        ),
      )
    return [
      refuse('truncated', at, `${name} coordinates longer than the frame`, withLength(1, 0)),
      refuse('truncated', at + 1, `a port of the ${name} has no last byte`, withPorts(0x01, 0x89)),
      refuse('overlong-varu64', at + 1, `a port of the ${name} is overlong`, withPorts(0x01, 0x80, 0x01)),
      refuse(
        'varu64-overflow',
        at,
        `a port of the ${name} is 2 to the 64th`,
        withPorts(0x82, ...filled(8, 0x80), 0),
      ),
    ]
  })
}

function sample(type: number): readonly Field[] {
  return enclose(CONTENTS.find((contents) => contents.type === type)?.fields ?? [])
}

function enclose(between: readonly Field[]): Field[] {
  return [['payload length', [0, PAYLOAD.length]], ...between, ['payload', PAYLOAD]]
}

function frame(type: number, contents: Uint8Array | readonly number[]): Uint8Array {
  const length = HEADER_LENGTH + contents.length
  return concat(utf8('pine'), [0, type, 0, 10, length >> 8, length & 0xff], contents)
}

function refuse(
  error: MalformedCase['error'],
  offset: number,
  comment: string,
  hex: Uint8Array,
): MalformedCase {
  return { format: 'frame', comment, hex, error, offset }
}
