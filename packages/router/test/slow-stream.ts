// A stream over a link that passes only so much: what queues are for.
import type { Clock } from '@snek/platform'
import type { ByteStream, ByteStreamHandlers } from '@snek/transport'

/** What a socket takes in before it is full, in bytes. */
const CAPACITY = 32 * 1024
/** How often it sends, in ms. */
const TICK = 2

export class SlowStream implements ByteStream {
  readonly #stream: ByteStream
  readonly #clock: Clock
  /** Bytes a tick. */
  readonly #rate: number
  readonly #waiting: Uint8Array[] = []
  #length = 0
  #isSending = false
  #isFull = false
  #isClosed = false
  #handlers: ByteStreamHandlers | undefined

  /** `rate` in bytes a second. */
  constructor(stream: ByteStream, clock: Clock, rate: number) {
    this.#stream = stream
    this.#clock = clock
    this.#rate = (rate * TICK) / 1000
  }

  get uri(): string {
    return this.#stream.uri
  }

  start(handlers: ByteStreamHandlers): void {
    this.#handlers = handlers
    const onClose = (error?: Error): void => {
      this.#isClosed = true
      handlers.onClose(error)
    }
    this.#stream.start({ onData: handlers.onData, onDrain: () => undefined, onClose })
  }

  write(chunk: Uint8Array): boolean {
    this.#waiting.push(chunk.slice())
    this.#length += chunk.length
    if (!this.#isSending) this.#clock.setTimeout(() => this.#send(), TICK)
    this.#isSending = true
    this.#isFull ||= this.#length >= CAPACITY
    return !this.#isFull
  }

  close(): void {
    this.#stream.close()
  }

  #send(): void {
    this.#isSending = false
    if (this.#isClosed) return
    for (let left = this.#rate; left > 0 && this.#waiting.length > 0; ) {
      const [first] = this.#waiting as [Uint8Array]
      const part = first.subarray(0, left)
      this.#stream.write(part)
      left -= part.length
      this.#length -= part.length
      if (part.length < first.length) this.#waiting[0] = first.subarray(part.length)
      else this.#waiting.shift()
    }
    if (this.#waiting.length > 0) {
      this.#isSending = true
      this.#clock.setTimeout(() => this.#send(), TICK)
    }
    if (this.#isFull && this.#length < CAPACITY / 2) {
      this.#isFull = false
      this.#handlers?.onDrain()
    }
  }
}
