// Traffic to measure with: made before it is sent, many frames to a buffer, each with a number of its own.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { encodeFrame, INITIAL_WATERMARK, type Key } from '@snek/wire'

/** Where a payload has its number (u32) and the time it was sent (f64, ms of the machine's own clock). */
const NUMBER_AT = 0
const TIME_AT = 8

/** The number of frames that only find out whether there is a way yet. */
export const PROBE = 0xffff_ffff

/** The shortest payload, in bytes. */
export const MIN_PAYLOAD = 16

const LENGTH_AT = 8
const TYPE_AT = 5
const PAYLOAD_LENGTH_AT = 10
const HEADER = 10
const TRAFFIC = 3

/** The same for all processes of a machine, in ms. */
export function machineTime(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** A buffer of traffic frames, sent over and over with new numbers. */
export class FrameBatch {
  readonly bytes: Uint8Array
  readonly count: number
  readonly #view: DataView
  readonly #frameLength: number
  readonly #payloadAt: number

  /** As many frames as `length` bytes hold, and one at least; `size` is a payload's, in bytes. */
  constructor(from: Key, to: Key, size: number, length: number) {
    const frame = encodeFrame({
      type: 'traffic',
      extra: 0,
      hopLimit: 10,
      destination: [],
      source: [],
      destinationKey: to,
      sourceKey: from,
      watermark: INITIAL_WATERMARK,
      payload: new Uint8Array(size),
    })
    this.count = Math.max(1, Math.floor(length / frame.length))
    this.bytes = new Uint8Array(this.count * frame.length)
    for (let index = 0; index < this.count; index += 1) this.bytes.set(frame, index * frame.length)
    this.#view = new DataView(this.bytes.buffer)
    this.#frameLength = frame.length
    this.#payloadAt = frame.length - size
  }

  /** The first frames. */
  first(count: number): Uint8Array {
    return this.bytes.subarray(0, count * this.#frameLength)
  }

  /** The first frames get the numbers from `first` on. */
  number(count: number, first: number): void {
    const end = count * this.#frameLength
    for (let at = this.#payloadAt, number = first; at < end; at += this.#frameLength, number += 1) {
      this.#view.setUint32(at + NUMBER_AT, number)
    }
  }

  stamp(count: number, time: number): void {
    const end = count * this.#frameLength
    for (let at = this.#payloadAt; at < end; at += this.#frameLength) {
      this.#view.setFloat64(at + TIME_AT, time)
    }
  }
}

/** Counts the traffic frames of a stream, and notes which are missing. */
export class FrameCounter {
  received = 0
  bytes = 0
  lost = 0
  disordered = 0
  /** How long each frame was under way, in ns, if that is wanted. */
  readonly latency: RecordableHistogram = createHistogram()
  onProbe: () => void = () => undefined
  readonly #timed: boolean
  /** When the chunk came that is counted now. */
  #time = 0
  #next = 0
  /** A frame that isn't whole. */
  readonly #partial: Uint8Array = new Uint8Array(64 * 1024)
  #partialLength = 0

  constructor(options: { timed: boolean }) {
    this.#timed = options.timed
  }

  push(chunk: Uint8Array): void {
    if (this.#timed) this.#time = machineTime()
    let at = this.#complete(chunk)
    while (chunk.length - at >= HEADER) {
      const length = lengthOf(chunk, at)
      if (chunk.length - at < length) break
      this.#count(chunk, at, length)
      at += length
    }
    this.#partial.set(chunk.subarray(at), this.#partialLength)
    this.#partialLength += chunk.length - at
  }

  /** How much of the chunk belonged to the frame before. */
  #complete(chunk: Uint8Array): number {
    let at = 0
    while (this.#partialLength > 0 && at < chunk.length) {
      const isHeader = this.#partialLength >= HEADER
      const wanted = isHeader ? lengthOf(this.#partial, 0) : HEADER
      const part = chunk.subarray(at, at + wanted - this.#partialLength)
      this.#partial.set(part, this.#partialLength)
      this.#partialLength += part.length
      at += part.length
      if (this.#partialLength < HEADER || this.#partialLength < lengthOf(this.#partial, 0)) continue
      this.#partialLength = 0
      this.#count(this.#partial, 0, lengthOf(this.#partial, 0))
    }
    return at
  }

  #count(bytes: Uint8Array, start: number, length: number): void {
    if (bytes[start + TYPE_AT] !== TRAFFIC) return
    const size = u16(bytes, start + PAYLOAD_LENGTH_AT)
    const at = start + length - size
    const number = u16(bytes, at + NUMBER_AT) * 0x1_0000 + u16(bytes, at + NUMBER_AT + 2)
    if (number === PROBE) return this.onProbe()
    if (number < this.#next) {
      this.disordered += 1
    } else {
      this.lost += number - this.#next
      this.#next = number + 1
    }
    this.received += 1
    this.bytes += size
    if (!this.#timed) return
    const sent = new DataView(bytes.buffer, bytes.byteOffset + at).getFloat64(TIME_AT)
    this.latency.record(Math.max(1, Math.round((this.#time - sent) * 1e6)))
  }
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

/** Throws for what isn't a frame: then there is nothing to measure. */
function lengthOf(bytes: Uint8Array, at: number): number {
  const length = u16(bytes, at + LENGTH_AT)
  const isFrame =
    bytes[at] === 0x70 && bytes[at + 1] === 0x69 && bytes[at + 2] === 0x6e && bytes[at + 3] === 0x65
  if (!isFrame || length < HEADER) throw new Error('the stream makes no sense')
  return length
}
