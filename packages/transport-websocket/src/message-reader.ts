// What a client's WebSocket sends (RFC 6455 section 5.2), told apart without waiting for whole messages: their
// boundaries mean nothing to a peering.
import { MAX_MESSAGE_TAKEN } from './limits.ts'
import { mask } from './mask.ts'

const Opcode = { continuation: 0, binary: 2, ping: 9, pong: 10 } as const

/** Two bytes, eight of length, four of a key to unmask by. */
const MAX_HEADER = 14
const MAX_CONTROL = 125

/** An empty part of a binary message that goes on. */
const UNFINISHED = Uint8Array.of(0x02, 0x80, 0, 0, 0, 0)

export interface MessageHandlers {
  /** Some of binary messages; valid during the call. */
  onPayload(bytes: Uint8Array): void
  /** The last ping of what was read, as a frame; valid during the call. RFC 6455 section 5.5.3 wants no more answered. */
  onPing(frame: Uint8Array): void
  /** All else, as it came; valid during the call. */
  onOther(bytes: Uint8Array): void
}

/**
 * Takes the payloads of binary messages out of a stream, and pings between them. Pongs answer nothing, and are left
 * out. All that comes from the first frame on that is something else, or isn't in order, is left as it is, behind a part
 * of the message that it interrupts, if there is one.
 */
export class MessageReader {
  readonly #handlers: MessageHandlers
  readonly #header = new Uint8Array(MAX_HEADER)
  readonly #view = new DataView(this.#header.buffer)
  #headerLength = 0
  readonly #key = new Uint8Array(4)
  /** Which byte of the key comes next. */
  #phase = 0
  #kind: 'payload' | 'ping' | 'pong' | 'other' = 'payload'
  /** Of a frame, in bytes. */
  #left = 0
  /** Whether a message goes on in another frame. */
  #goesOn = false
  readonly #ping = new Uint8Array(MAX_HEADER + MAX_CONTROL)
  #pingLength = 0
  #hasPing = false
  /** Where payloads begin and end that were gathered in a chunk. */
  #start = 0
  #end = 0

  constructor(handlers: MessageHandlers) {
    this.#handlers = handlers
  }

  /** Unmasks payloads where they are, and moves them together: small messages cost no more than long ones. */
  push(chunk: Uint8Array): void {
    this.#start = 0
    this.#end = 0
    let at = 0
    while (at < chunk.length && this.#kind !== 'other') {
      const isHeader = this.#left === 0
      const part = chunk.subarray(at, at + (isHeader ? this.#headerNeeds() : this.#left))
      if (isHeader) this.#readHeader(part)
      else this.#readFrame(part, chunk, at)
      at += part.length
    }
    if (this.#end > this.#start) this.#handlers.onPayload(chunk.subarray(this.#start, this.#end))
    this.#handOverPing()
    if (this.#kind === 'other') this.#handOver(chunk.subarray(at))
  }

  #readFrame(part: Uint8Array, chunk: Uint8Array, at: number): void {
    this.#left -= part.length
    if (this.#kind === 'payload') {
      mask(part, this.#key, this.#phase)
      this.#phase = (this.#phase + part.length) & 3
      this.#gather(chunk, at, part.length)
    } else if (this.#kind === 'ping') {
      this.#keepPing(part)
    }
  }

  #gather(chunk: Uint8Array, at: number, length: number): void {
    if (this.#end === this.#start) {
      this.#start = at
      this.#end = at
    }
    if (at > this.#end) chunk.copyWithin(this.#end, at, at + length)
    this.#end += length
  }

  #keepPing(part: Uint8Array): void {
    this.#ping.set(part, this.#pingLength)
    this.#pingLength += part.length
    this.#hasPing = this.#left === 0
  }

  #handOverPing(): void {
    if (this.#hasPing) this.#handlers.onPing(this.#ping.subarray(0, this.#pingLength))
    this.#hasPing = false
  }

  /** What isn't for us, and first its header, that was read here. */
  #handOver(rest: Uint8Array): void {
    const header = this.#header.subarray(0, this.#headerLength)
    if (header.length > 0 && this.#goesOn) this.#handlers.onOther(UNFINISHED)
    if (header.length > 0) this.#handlers.onOther(header)
    this.#headerLength = 0
    if (rest.length > 0) this.#handlers.onOther(rest)
  }

  #readHeader(part: Uint8Array): void {
    this.#header.set(part, this.#headerLength)
    this.#headerLength += part.length
    if (this.#headerNeeds() === 0) this.#begin()
  }

  /** How many more bytes of the header there are, as far as one can tell. */
  #headerNeeds(): number {
    if (this.#headerLength < 2) return 2 - this.#headerLength
    const second = this.#view.getUint8(1)
    return 2 + lengthBytes(second & 0x7f) + (second & 0x80 ? 4 : 0) - this.#headerLength
  }

  #begin(): void {
    const short = this.#view.getUint8(1) & 0x7f
    const length =
      short === 127 ? Number(this.#view.getBigUint64(2)) : short === 126 ? this.#view.getUint16(2) : short
    this.#kind = this.#kindOf(length)
    if (this.#kind === 'other') return
    const header = this.#header.subarray(0, this.#headerLength)
    this.#headerLength = 0
    this.#left = length
    if (this.#kind === 'payload') {
      this.#goesOn = !this.#isLast
      this.#phase = 0
      this.#key.set(header.subarray(2 + lengthBytes(short)))
    } else if (this.#kind === 'ping') {
      this.#pingLength = 0
      this.#keepPing(header)
    }
  }

  get #isLast(): boolean {
    return this.#view.getUint8(0) >= 0x80
  }

  #kindOf(length: number): 'payload' | 'ping' | 'pong' | 'other' {
    const first = this.#view.getUint8(0)
    const opcode = first & 0x7f // with the reserved bits, which are unused
    if (this.#view.getUint8(1) < 0x80) return 'other'
    if (opcode === Opcode.ping || opcode === Opcode.pong) {
      if (!this.#isLast || length > MAX_CONTROL) return 'other'
      return opcode === Opcode.ping ? 'ping' : 'pong'
    }
    const isExpected = opcode === (this.#goesOn ? Opcode.continuation : Opcode.binary)
    return isExpected && length <= MAX_MESSAGE_TAKEN ? 'payload' : 'other'
  }
}

/** Of the length beyond its first seven bits. */
function lengthBytes(short: number): number {
  return short === 127 ? 8 : short === 126 ? 2 : 0
}
