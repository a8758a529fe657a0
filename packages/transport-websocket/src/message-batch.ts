// What goes out on a WebSocket: messages in buffers, header by header, so that one write takes many.
import type { BufferPool } from '@snek/transport'
import { MAX_MESSAGE_SENT } from './limits.ts'
import { mask } from './masking.ts'
import { Opcode } from './message-reader.ts'

/** Two bytes, two of length, four of mask. */
const MAX_HEADER = 8
const MASK_LENGTH = 4
const [FINAL, MASKED, LONG] = [0x80, 0x80, 126]

/** The length of a buffer that holds what one read of a socket takes, mostly, in bytes. */
export const MESSAGE_BUFFER: number = 3 * (MAX_HEADER + MAX_MESSAGE_SENT)

/** Less than this share of a buffer is copied out of it. */
const WORTH_A_BUFFER = 1 / 4

/** What was written while the write before was on its way, as messages. */
export class MessageBatch {
  readonly #pool: BufferPool
  readonly #random: ((length: number) => Uint8Array) | undefined
  #pieces: Uint8Array[] = []
  #buffer: Uint8Array | undefined
  /** Where the message begins that is being filled, and how far it goes. */
  #start = 0
  #end = 0
  #bytes = 0

  /** `random`: a client's, for masks. */
  constructor(pool: BufferPool, random?: (length: number) => Uint8Array) {
    this.#pool = pool
    this.#random = random
  }

  /** How much was pushed. */
  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#bytes === 0
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    let rest = chunk
    while (rest.length > 0) {
      const buffer = this.#buffer ?? this.#newBuffer()
      const body = this.#start + this.#headerLength
      const part = rest.subarray(0, body + MAX_MESSAGE_SENT - this.#end)
      buffer.set(part, this.#end)
      this.#end += part.length
      rest = rest.subarray(part.length)
      if (this.#end === body + MAX_MESSAGE_SENT) this.#endMessage(buffer)
    }
  }

  /** As a WriteBatch's. */
  take(): Uint8Array[] {
    if (this.#buffer !== undefined) {
      if (this.#end > this.#start + this.#headerLength) this.#endMessage(this.#buffer)
      if (this.#buffer !== undefined) this.#endBuffer(this.#buffer)
    }
    const pieces = this.#pieces
    this.#pieces = []
    this.#bytes = 0
    return pieces
  }

  get #headerLength(): number {
    return this.#random === undefined ? MAX_HEADER - MASK_LENGTH : MAX_HEADER
  }

  #newBuffer(): Uint8Array {
    const buffer = this.#pool.take()
    this.#buffer = buffer
    this.#start = 0
    this.#end = this.#headerLength
    return buffer
  }

  #endMessage(buffer: Uint8Array): void {
    const body = this.#start + this.#headerLength
    const header = writeHeader(Opcode.binary, buffer.subarray(body, this.#end), this.#random)
    // Short messages have shorter headers.
    const unused = this.#headerLength - header.length
    if (unused > 0) buffer.copyWithin(body - unused, body, this.#end)
    buffer.set(header, this.#start)
    this.#start = this.#end - unused
    this.#end = this.#start + this.#headerLength
    if (this.#start + MAX_HEADER + MAX_MESSAGE_SENT > buffer.length) this.#endBuffer(buffer)
  }

  #endBuffer(buffer: Uint8Array): void {
    if (this.#start >= buffer.length * WORTH_A_BUFFER) {
      this.#pieces.push(buffer.subarray(0, this.#start))
    } else {
      this.#pieces.push(buffer.slice(0, this.#start))
      this.#pool.give(buffer)
    }
    this.#buffer = undefined
  }
}

/** A control frame. */
export function controlFrame(
  opcode: number,
  payload: Uint8Array,
  random?: (length: number) => Uint8Array,
): Uint8Array {
  const body = payload.slice()
  const header = writeHeader(opcode, body, random)
  const frame = new Uint8Array(header.length + body.length)
  frame.set(header)
  frame.set(body, header.length)
  return frame
}

/** The header of a frame with that payload, which is masked where it is. */
function writeHeader(
  opcode: number,
  payload: Uint8Array,
  random: ((length: number) => Uint8Array) | undefined,
): number[] {
  const { length } = payload
  const masked = random === undefined ? 0 : MASKED
  const short = length < LONG ? [length | masked] : [LONG | masked, length >> 8, length & 0xff]
  if (random === undefined) return [FINAL | opcode, ...short]
  const key = random(MASK_LENGTH)
  mask(payload, key)
  return [FINAL | opcode, ...short, ...key]
}
