// What a client's WebSocket sends (RFC 6455 section 5.2), told apart without waiting for whole messages: their
// boundaries mean nothing to a peering.
import { MAX_MESSAGE_TAKEN } from './limits.ts'
import { mask } from './mask.ts'

const Opcode = { continuation: 0, binary: 2, ping: 9, pong: 10 } as const

/** Two bytes, eight of length, four of a key to unmask by. */
const MAX_HEADER = 14
const MAX_CONTROL = 125

export interface MessageHandlers {
  /** Some of a binary message; valid during the call. */
  onPayload(bytes: Uint8Array): void
  /** All else, as it came; valid during the call. */
  onOther(bytes: Uint8Array): void
}

/**
 * Takes the payloads of binary messages out of a stream. Pings and pongs are left as they are between them, and so is
 * all that comes from the first frame on that is something else, or isn't in order.
 */
export class MessageReader {
  readonly #handlers: MessageHandlers
  readonly #header = new Uint8Array(MAX_HEADER)
  readonly #view = new DataView(this.#header.buffer)
  #headerLength = 0
  readonly #key = new Uint8Array(4)
  /** Which byte of the key comes next. */
  #phase = 0
  #kind: 'payload' | 'control' | 'other' = 'payload'
  /** Of a frame, in bytes. */
  #left = 0
  /** Whether a message goes on in another frame. */
  #goesOn = false

  constructor(handlers: MessageHandlers) {
    this.#handlers = handlers
  }

  /** Unmasks payloads where they are. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#kind === 'other') return this.#handlers.onOther(chunk.subarray(at))
      const isHeader = this.#left === 0
      const part = chunk.subarray(at, at + (isHeader ? this.#headerNeeds() : this.#left))
      at += part.length
      if (isHeader) this.#readHeader(part)
      else this.#readFrame(part)
    }
    return undefined
  }

  #readFrame(part: Uint8Array): void {
    this.#left -= part.length
    if (this.#kind === 'control') return this.#handlers.onOther(part)
    mask(part, this.#key, this.#phase)
    this.#phase = (this.#phase + part.length) & 3
    return this.#handlers.onPayload(part)
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
    const header = this.#header.subarray(0, this.#headerLength)
    this.#headerLength = 0
    const short = this.#view.getUint8(1) & 0x7f
    const length =
      short === 127 ? Number(this.#view.getBigUint64(2)) : short === 126 ? this.#view.getUint16(2) : short
    this.#kind = this.#kindOf(length)
    this.#left = length
    if (this.#kind !== 'payload') return this.#handlers.onOther(header)
    this.#goesOn = !this.#isLast
    this.#phase = 0
    return this.#key.set(header.subarray(2 + lengthBytes(short)))
  }

  get #isLast(): boolean {
    return this.#view.getUint8(0) >= 0x80
  }

  #kindOf(length: number): 'payload' | 'control' | 'other' {
    const first = this.#view.getUint8(0)
    const opcode = first & 0x7f // with the reserved bits, which are unused
    if (this.#view.getUint8(1) < 0x80) return 'other'
    if (opcode === Opcode.ping || opcode === Opcode.pong) {
      return this.#isLast && length <= MAX_CONTROL ? 'control' : 'other'
    }
    const isExpected = opcode === (this.#goesOn ? Opcode.continuation : Opcode.binary)
    return isExpected && length <= MAX_MESSAGE_TAKEN ? 'payload' : 'other'
  }
}

/** Of the length beyond its first seven bits. */
function lengthBytes(short: number): number {
  return short === 127 ? 8 : short === 126 ? 2 : 0
}
