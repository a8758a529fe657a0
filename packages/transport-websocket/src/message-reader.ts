// What comes in on a WebSocket (RFC 6455 section 5), without waiting for whole messages: their boundaries mean
// nothing to a peering.
import { CloseCode } from './limits.ts'
import { mask } from './masking.ts'

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** The longest header: two bytes, eight of length, four of mask. */
const MAX_HEADER = 14
const MAX_CONTROL = 125

/** What no WebSocket sends, or no peer: the close code says which. */
export class MessageError extends Error {
  readonly closeCode: number

  constructor(closeCode: number, message: string) {
    super(message)
    this.closeCode = closeCode
  }
}

export interface MessageHandlers {
  /** Part of a message; valid during the call. */
  onData(bytes: Uint8Array): void
  /** `code` is 1005 for a close that has none. */
  onClose(code: number): void
  onPing(payload: Uint8Array): void
}

/** Cuts frames out of a stream. */
export class MessageReader {
  readonly #handlers: MessageHandlers
  readonly #isMasked: boolean
  readonly #header = new Uint8Array(MAX_HEADER)
  #headerLength = 0
  #opcode: number = Opcode.binary
  /** Of the payload, not read yet. */
  #left = 0
  #read = 0
  readonly #key = new Uint8Array(4)
  #control = new Uint8Array()
  /** Whether a message has begun that hasn't ended. */
  #isOpen = false
  #isDone = false

  /** `isMasked`: the other side is a client, and must mask. */
  constructor(handlers: MessageHandlers, isMasked: boolean) {
    this.#handlers = handlers
    this.#isMasked = isMasked
  }

  /** Takes what a socket delivered, which is unmasked where it is. Throws a MessageError. After a close it reads nothing. */
  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && !this.#isDone) {
      if (this.#left === 0) {
        at += this.#readHeader(chunk.subarray(at, at + MAX_HEADER))
        continue
      }
      const part = chunk.subarray(at, at + this.#left)
      at += part.length
      this.#readPayload(part)
    }
  }

  /** How many bytes were the header's. */
  #readHeader(bytes: Uint8Array): number {
    let taken = 0
    while (this.#headerLength < this.#headerNeeds()) {
      const byte = bytes[taken]
      if (byte === undefined) return taken
      this.#header[this.#headerLength] = byte
      this.#headerLength += 1
      taken += 1
    }
    this.#headerLength = 0
    this.#begin()
    return taken
  }

  #headerNeeds(): number {
    const [, second = 0] = this.#header
    if (this.#headerLength < 2) return 2
    const length = second & 0x7f
    return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + (second & 0x80 ? 4 : 0)
  }

  #begin(): void {
    const [first = 0, second = 0] = this.#header
    const isLast = (first & 0x80) !== 0
    const isMasked = (second & 0x80) !== 0
    const opcode = first & 0x0f
    const view = new DataView(this.#header.buffer)
    const short = second & 0x7f
    const length = short === 127 ? Number(view.getBigUint64(2)) : short === 126 ? view.getUint16(2) : short
    if (first & 0x70) throw broken('has reserved bits set')
    if (isMasked !== this.#isMasked)
      throw broken(isMasked ? 'masks, as only clients may' : 'masks nothing, as clients must')
    if (opcode >= Opcode.close) {
      if (opcode > Opcode.pong) throw broken('has a control frame of no known kind')
      if (!isLast || length > MAX_CONTROL) throw broken('has a control frame that is too long or in parts')
      this.#control = new Uint8Array(length)
    } else {
      if (opcode === Opcode.text) throw new MessageError(CloseCode.unsupportedData, 'sent a text message')
      if (opcode > Opcode.binary) throw broken('has a message of no known kind')
      if ((opcode === Opcode.continuation) !== this.#isOpen) throw broken('has parts of messages in no order')
      if (length > Number.MAX_SAFE_INTEGER) throw broken('has a message without end')
      this.#isOpen = !isLast
    }
    this.#opcode = opcode
    this.#left = length
    this.#read = 0
    const keyAt = 2 + (short === 127 ? 8 : short === 126 ? 2 : 0)
    this.#key.set(this.#header.subarray(keyAt, keyAt + 4))
    if (length === 0) this.#end()
  }

  #readPayload(part: Uint8Array): void {
    if (this.#isMasked) mask(part, this.#key, this.#read & 3)
    const before = this.#read
    this.#left -= part.length
    this.#read += part.length
    if (this.#opcode < Opcode.close) {
      this.#handlers.onData(part)
      return
    }
    this.#control.set(part, before)
    if (this.#left === 0) this.#end()
  }

  /** The whole of a control frame has come. */
  #end(): void {
    if (this.#opcode === Opcode.ping) this.#handlers.onPing(this.#control)
    if (this.#opcode !== Opcode.close) return
    this.#isDone = true
    const [high, low] = this.#control
    if (high !== undefined && low === undefined) throw broken('closes with half a code')
    this.#handlers.onClose(high === undefined || low === undefined ? CloseCode.none : high * 256 + low)
  }
}

function broken(what: string): MessageError {
  return new MessageError(CloseCode.protocolError, what)
}
