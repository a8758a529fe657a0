// The wire formats of crates/wire through WASM: what @snek/wire does, by the other implementation, for
// whoever compares the two (the conformance runner). Converts, and decides nothing.
import {
  type Announcement,
  type AnnouncementEntry,
  type Bootstrap,
  CAPABILITIES,
  type Coordinates,
  type Frame,
  FrameType,
  type FrameTypeName,
  type Handshake,
  type Key,
  PROTOCOL_VERSION,
  type Root,
  SIGNATURE_LENGTH,
  WireError,
  type WireErrorCode,
} from '@snek/wire'
import * as wasm from '../wasm/snek_forward_wasm.js'
import { coordinatesNumbers, keyNumbers, NumberReader, rootNumbers } from './wire-numbers.ts'

const TYPE_NAMES = Object.keys(FrameType) as FrameTypeName[]

/** By their numbers in crates/wire. */
const ACTIONS = [
  'drop',
  'accept-update',
  'accept-new-parent',
  'select-new-parent',
  'become-root-then-select-after-wait',
  'inform-peer-of-stronger-root',
] as const

/** As the functions of the same names in @snek/wire; signatures are left to verify. */
export interface WireCodecs {
  encodeVaru64(value: bigint): Uint8Array
  decodeVaru64(bytes: Uint8Array, offset?: number): { value: bigint; end: number }
  encodeCoordinates(coordinates: Coordinates): Uint8Array
  decodeCoordinates(bytes: Uint8Array, offset?: number): { coordinates: Coordinates; end: number }
  treeDistance(a: Coordinates, b: Coordinates): number
  encodeFrame(frame: Frame): Uint8Array
  decodeFrame(bytes: Uint8Array): Frame
  decodeHandshake(bytes: Uint8Array): Handshake
  decodeAnnouncement(payload: Uint8Array): Announcement
  /** `last` is the root of the peer's last announcement. */
  checkAnnouncement(payload: Uint8Array, peerKey: Key, last?: Root): void
  decodeBootstrap(payload: Uint8Array): Bootstrap
  decodeBroadcast(payload: Uint8Array): Bootstrap
  /** What to do with an announcement (PROTOCOL.md section 3). */
  announcementAction(input: AnnouncementInput): (typeof ACTIONS)[number] | undefined
}

export interface AnnouncementInput {
  readonly senderIsParent: boolean
  readonly containsLoop: boolean
  /** Below, at or above 0 as the announced root key is to the one followed. */
  readonly rootKeyCompare: number
  readonly newSequence: bigint
  readonly lastSequence: bigint
}

/** To be used once the WASM has been loaded. */
export const wireCodecs: WireCodecs = {
  encodeVaru64: wasm.encodeVaru64,
  decodeVaru64(bytes, offset = 0) {
    const answer = read(wasm.decodeVaru64(bytes, offset))
    return { value: answer.big(), end: answer.number() }
  },
  encodeCoordinates: (coordinates) => written(wasm.encodeCoordinates(BigUint64Array.from(coordinates))),
  decodeCoordinates(bytes, offset = 0) {
    const answer = read(wasm.decodeCoordinates(bytes, offset))
    return { coordinates: answer.coordinates(), end: answer.number() }
  },
  treeDistance(a, b) {
    const distance = wasm.distance(BigUint64Array.from(a), BigUint64Array.from(b))
    if (distance === undefined) throw new WireError('too-long', 0)
    return distance
  },
  encodeFrame(frame) {
    const payload = frame.type === 'keepalive' ? new Uint8Array() : frame.payload
    return written(wasm.encodeFrame(frameNumbers(frame), payload))
  },
  decodeFrame,
  decodeHandshake(bytes) {
    const answer = read(wasm.decodeHandshake(bytes))
    return {
      version: PROTOCOL_VERSION,
      flags: Uint8Array.of(answer.number(), answer.number(), answer.number()),
      capabilities: CAPABILITIES,
      key: answer.key(),
      signature: bytes.subarray(answer.number()),
    }
  },
  decodeAnnouncement,
  checkAnnouncement(payload, peerKey, last) {
    const root = last === undefined ? [] : rootNumbers(last)
    read(wasm.checkAnnouncement(payload, BigUint64Array.from(keyNumbers(peerKey)), BigUint64Array.from(root)))
  },
  decodeBootstrap,
  decodeBroadcast: decodeBootstrap,
  announcementAction({ senderIsParent, containsLoop, rootKeyCompare, newSequence, lastSequence }) {
    return ACTIONS[
      wasm.announcementAction(senderIsParent, containsLoop, rootKeyCompare, newSequence, lastSequence)
    ]
  },
}

function decodeFrame(bytes: Uint8Array): Frame {
  const answer = read(wasm.decodeFrame(bytes))
  const type = TYPE_NAMES[answer.number()] ?? 'keepalive'
  const common = { extra: answer.number(), hopLimit: answer.number() }
  const payload = (): Uint8Array => bytes.subarray(bytes.length - answer.number())
  switch (type) {
    case 'keepalive':
      return { type, ...common }
    case 'announcement':
      return { type, ...common, payload: payload() }
    case 'bootstrap':
      return {
        type,
        ...common,
        destinationKey: answer.key(),
        watermark: answer.watermark(),
        payload: payload(),
      }
    case 'traffic':
      return {
        type,
        ...common,
        destination: answer.coordinates(),
        source: answer.coordinates(),
        destinationKey: answer.key(),
        sourceKey: answer.key(),
        watermark: answer.watermark(),
        payload: payload(),
      }
    case 'broadcast':
      return { type, ...common, sourceKey: answer.key(), payload: payload() }
  }
}

function frameNumbers(frame: Frame): BigUint64Array {
  const common = [FrameType[frame.type], frame.extra, frame.hopLimit].map(BigInt)
  switch (frame.type) {
    case 'keepalive':
    case 'announcement':
      return BigUint64Array.from(common)
    case 'bootstrap':
      return BigUint64Array.from([
        ...common,
        ...keyNumbers(frame.destinationKey),
        ...rootNumbers(frame.watermark),
      ])
    case 'traffic':
      return BigUint64Array.from([
        ...common,
        ...coordinatesNumbers(frame.destination),
        ...coordinatesNumbers(frame.source),
        ...keyNumbers(frame.destinationKey),
        ...keyNumbers(frame.sourceKey),
        ...rootNumbers(frame.watermark),
      ])
    case 'broadcast':
      return BigUint64Array.from([...common, ...keyNumbers(frame.sourceKey)])
  }
}

function decodeAnnouncement(payload: Uint8Array): Announcement {
  const answer = read(wasm.decodeAnnouncement(payload))
  const root = answer.root()
  const entries: AnnouncementEntry[] = []
  while (!answer.done) {
    const port = answer.big()
    const key = answer.key()
    const start = answer.number()
    const signature = payload.subarray(start, start + SIGNATURE_LENGTH)
    entries.push({ port, key, signature, signedLength: answer.number() })
  }
  return { root, entries, payload }
}

function decodeBootstrap(payload: Uint8Array): Bootstrap {
  const answer = read(wasm.decodeBootstrap(payload))
  const sequence = answer.big()
  const root = answer.root()
  const signedLength = answer.number()
  return { sequence, root, signedLength, signature: payload.subarray(signedLength) }
}

/** An answer's fields; the error that it is otherwise. */
function read(numbers: BigUint64Array): NumberReader {
  const answer = new NumberReader(numbers, 0)
  const code = answer.number()
  if (code === 0) return answer
  throw new WireError(wasm.errorName(code) as WireErrorCode, answer.number())
}

/** What can't be encoded comes back empty. */
function written(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) throw new WireError('too-long', 0)
  return bytes
}
