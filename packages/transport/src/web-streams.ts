import { type Clock, systemClock } from '@snek/platform'
import { type ByteStream, type ByteStreamHandlers, CLOSE_LIMIT } from './byte-stream.ts'
import { TransportError } from './errors.ts'

export interface WebStreams {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** Bytes that the writable hasn't taken yet before `write` returns false. */
const WRITE_LIMIT = 256 * 1024

/**
 * A peering over streams of one's own: a serial line, a tunnel, a data channel. Locks both. `clock` limits
 * how long a close may take.
 */
export function fromWebStreams(streams: WebStreams, uri: string, clock: Clock = systemClock()): ByteStream {
  return new WebByteStream(streams, uri, clock)
}

class WebByteStream implements ByteStream {
  readonly uri: string
  readonly #clock: Clock
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #handlers: ByteStreamHandlers | undefined
  #open = true
  #reading: Promise<void> | undefined
  #pending = 0
  #full = false
  readonly #over: Promise<TransportError | undefined>
  #finish: (error?: TransportError) => void = () => undefined

  constructor({ readable, writable }: WebStreams, uri: string, clock: Clock) {
    this.uri = uri
    this.#clock = clock
    this.#reader = readable.getReader()
    this.#writer = writable.getWriter()
    this.#over = new Promise((resolve) => {
      this.#finish = resolve
    })
    this.#writer.closed.catch((error: unknown) => this.#fail(error))
  }

  start(handlers: ByteStreamHandlers): void {
    this.#handlers = handlers
    this.#reading ??= this.#read()
    void this.#over.then((error) => handlers.onClose(error))
    queueMicrotask(() => this.#drain())
  }

  write(chunk: Uint8Array): boolean {
    if (!this.#open) return false
    this.#pending += chunk.length
    this.#full ||= this.#pending >= WRITE_LIMIT
    const onTaken = (): void => {
      this.#pending -= chunk.length
      this.#drain()
    }
    void this.#writer.write(chunk.slice()).then(onTaken, (error: unknown) => this.#fail(error))
    return !this.#full
  }

  close(): void {
    if (!this.#open) return
    this.#reading ??= this.#read()
    this.#end()
  }

  #drain(): void {
    if (!this.#open || !this.#full || this.#pending > WRITE_LIMIT / 2) return
    if (this.#handlers === undefined) return
    this.#full = false
    this.#handlers.onDrain()
  }

  async #read(): Promise<void> {
    for (;;) {
      const result = await this.#reader.read().catch((error: unknown) => this.#fail(error))
      if (result === undefined || result.done) break
      if (this.#open) this.#handlers?.onData(result.value)
    }
    if (this.#open) this.#end()
  }

  /**
   * Ends the writable, and waits for the other side to end the readable: to cancel that at once would look
   * like a failure over there. Both for as long as a close may take.
   */
  #end(): void {
    this.#open = false
    const limit = this.#clock.setTimeout(() => {
      this.#abandon()
      this.#finish()
    }, CLOSE_LIMIT)
    const written = this.#writer.close().catch(() => undefined) // the other side needn't take what is left
    void Promise.all([written, this.#reading]).then(() => {
      this.#clock.clearTimeout(limit)
      this.#finish()
    })
  }

  #fail(cause: unknown): undefined {
    if (!this.#open) return
    this.#open = false
    const reason = cause instanceof Error ? cause.message : String(cause)
    const error = new TransportError('connection-lost', `${this.uri}: the stream failed: ${reason}`, {
      cause,
    })
    this.#abandon(error)
    this.#finish(error)
  }

  /** What the two say to that changes nothing any more. */
  #abandon(error?: TransportError): void {
    this.#reader.cancel(error).catch(() => undefined)
    this.#writer.abort(error).catch(() => undefined)
  }
}
