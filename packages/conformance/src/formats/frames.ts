import {
  type Coordinates,
  type Frame,
  FrameType,
  INITIAL_WATERMARK,
  type Key,
  type Watermark,
} from '@snek/wire'
import type { Fields } from '../fields.ts'
import type { Implementation } from '../implementation.ts'
import { expectEqual, Mismatch, type Value } from '../mismatch.ts'

/** Their names in the vectors. */
const TYPES: Readonly<Record<string, Frame['type']>> = {
  Keepalive: 'keepalive',
  TreeAnnouncement: 'announcement',
  VirtualSnakeBootstrap: 'bootstrap',
  OverlayTraffic: 'traffic',
  WakeupBroadcast: 'broadcast',
}

export function frameCase(fields: Fields, { codecs }: Implementation): void {
  const frame = readFrame(fields)
  const bytes = fields.bytes('hex')
  fields.finish()
  const decoded = describe(codecs.decodeFrame(bytes))
  for (const [field, value] of Object.entries(describe(frame))) expectEqual(field, value, decoded[field])
  expectEqual('hex', bytes, codecs.encodeFrame(frame))
}

function readFrame(fields: Fields): Frame {
  const name = fields.string('type')
  const type = TYPES[name]
  if (type === undefined) throw new Mismatch('type', Object.keys(TYPES).join(', '), name)
  expectEqual('type_id', fields.byte('type_id'), FrameType[type])
  const common = { extra: fields.byte('extra'), hopLimit: fields.byte('hop_limit') }
  switch (type) {
    case 'keepalive':
      return { type, ...common }
    case 'announcement':
      return { type, ...common, payload: fields.bytes('payload') }
    case 'bootstrap':
      return {
        type,
        ...common,
        destinationKey: fields.key('destination_key'),
        watermark: readWatermark(fields),
        payload: fields.bytes('payload'),
      }
    case 'traffic':
      return { type, ...common, ...readTraffic(fields), payload: fields.bytes('payload') }
    case 'broadcast':
      return { type, ...common, sourceKey: fields.key('source_key'), payload: fields.bytes('payload') }
  }
}

/** The watermark is on the wire only without destination coordinates; it is the initial one otherwise. */
function readTraffic(fields: Fields): {
  destination: Coordinates
  source: Coordinates
  destinationKey: Key
  sourceKey: Key
  watermark: Watermark
} {
  const destination = fields.decimals('destination')
  const onTheWire = destination.length === 0
  return {
    destination,
    source: fields.decimals('source'),
    destinationKey: fields.key('destination_key'),
    sourceKey: fields.key('source_key'),
    watermark: fields.isGiven('watermark_key') || onTheWire ? readWatermark(fields) : INITIAL_WATERMARK,
  }
}

function readWatermark(fields: Fields): Watermark {
  return fields.root('watermark_key', 'watermark_sequence')
}

/** The fields of a frame by their names in the vectors. */
function describe(frame: Frame): Record<string, Value> {
  const common = { type: frame.type, extra: frame.extra, hop_limit: frame.hopLimit }
  if (frame.type === 'keepalive') return common
  const named: Record<string, Value> = { ...common, payload: frame.payload }
  if ('sourceKey' in frame) named['source_key'] = frame.sourceKey
  if ('destinationKey' in frame) named['destination_key'] = frame.destinationKey
  if ('watermark' in frame) {
    named['watermark_key'] = frame.watermark.key
    named['watermark_sequence'] = frame.watermark.sequence
  }
  if (frame.type === 'traffic') {
    named['destination'] = frame.destination
    named['source'] = frame.source
  }
  return named
}
