// One stream of a session, as a pair of Web Streams. Bytes wait in QUIC, whose windows stop the other side;
// here waits one chunk, at most, on either way.
import type { Driver } from './driver.ts'
import type { StreamResult } from './engine/endpoint.ts'
import { StreamError } from './errors.ts'

/** A bidirectional stream. Each half ends on its own. */
export interface SessionStream {
  /** QUIC's number of the stream. */
  readonly id: number
  /**
   * What the other side writes, in chunks of up to 64 KiB. Ends when the other side closed its writable; fails
   * with a StreamError `reset-by-peer` if it gave up, and with a SessionError when the session ends before. What
   * had arrived in order before the other side closed the session can still be read. `cancel` is `stop`.
   */
  readonly readable: ReadableStream<Uint8Array>
  /**
   * Takes chunks of any size. A write resolves when QUIC has taken all of it, which is when the other side has
   * read all but the last 2 MiB; `close` when QUIC knows of the end: `Session.close` waits until the other side has
   * everything. Fails with a StreamError `stopped-by-peer` if the other side wants no more, and with a
   * SessionError when the session ends before. `abort` is `reset`.
   */
  readonly writable: WritableStream<Uint8Array>
  /** Gives up sending, also what was written and isn't delivered yet. The other side reads a failure with `code`. */
  reset(code?: number): void
  /** Gives up reading. The other side's writable fails with `code`. */
  stop(code?: number): void
}

/** @internal */
export class QuicStream implements SessionStream {
  readonly id: number
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly #driver: Driver
  readonly #connection: number
  readonly #onHalfOver: () => void
  #reader!: ReadableStreamDefaultController<Uint8Array>
  #writer!: WritableStreamDefaultController
  #receives = true
  /** `finished`: the other side doesn't have all of it yet. */
  #sends: 'open' | 'finished' | 'over' = 'open'
  #sendError: Error | undefined
  /** Ends a wait for bytes. */
  #arrived: () => void = () => undefined
  /** Ends a wait for room. */
  #room: () => void = () => undefined
  /** What had arrived when the session ended, and how it goes on after that. */
  #rest: { chunks: Uint8Array[]; error: Error | undefined } | undefined

  constructor(driver: Driver, connection: number, id: number, onHalfOver: () => void) {
    this.#driver = driver
    this.#connection = connection
    this.id = id
    this.#onHalfOver = onHalfOver
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#reader = controller
      },
      pull: () => this.#pull(),
      cancel: (reason) => this.stop(codeOf(reason)),
    })
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writer = controller
        // Not `abort`, which waits for a write under way, and that for the other side.
        const { signal } = controller as WritableStreamDefaultController & { readonly signal: AbortSignal }
        signal.addEventListener('abort', () => this.#giveUpSending(codeOf(signal.reason)))
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#finish(),
    })
  }

  /** Closed, and not delivered yet. */
  get isUndelivered(): boolean {
    return this.#sends === 'finished'
  }

  /** Both halves are over. */
  get isOver(): boolean {
    return !this.#receives && this.#sends === 'over'
  }

  reset(code = 0): void {
    this.#giveUpSending(code)
    this.#writer.error(this.#sendError)
  }

  stop(code = 0): void {
    if (!this.#receives) return
    this.#driver.call().stop(this.#connection, this.id, code)
    this.#reader.error(new StreamError('stopped', code))
    this.#receivingOver()
  }

  onReadable(): void {
    if (this.#receives) this.#arrived()
  }

  onWritable(): void {
    this.#room()
  }

  onDelivered(): void {
    this.#sendingOver(undefined)
  }

  onStopped(code: number): void {
    this.#sendingOver(new StreamError('stopped-by-peer', code))
    this.#writer.error(this.#sendError)
  }

  /** The session is over. `keep`: what has arrived may still be read. */
  onSessionEnd(error: Error, keep: boolean): void {
    if (this.#receives) {
      const rest = { chunks: [] as Uint8Array[], error: error as Error | undefined }
      while (keep) {
        const result = this.#read((bytes) => rest.chunks.push(bytes))
        if (result.state === 'ended') rest.error = undefined
        if (result.state === 'given-up') rest.error = new StreamError('reset-by-peer', result.code)
        if (result.state !== 'open' || result.length === 0) break
      }
      this.#rest = rest
      this.#receives = false
      this.#arrived()
    }
    this.#sendingOver(error)
    this.#writer.error(this.#sendError)
  }

  #giveUpSending(code: number): void {
    if (this.#sends === 'over') return
    this.#driver.call().reset(this.#connection, this.id, code)
    this.#sendingOver(new StreamError('reset', code))
  }

  #read(take: (bytes: Uint8Array) => void): StreamResult {
    return this.#driver.call().read(this.#connection, this.id, take)
  }

  async #pull(): Promise<void> {
    while (!this.#fill()) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
  }

  /** Gives the reader what there is, bytes or an end; false if that is nothing. */
  #fill(): boolean {
    if (this.#rest !== undefined) return this.#fillFromRest(this.#rest)
    if (!this.#receives) return true
    const result = this.#read((bytes) => this.#reader.enqueue(bytes))
    switch (result.state) {
      case 'open':
        return result.length > 0
      case 'ended':
        this.#endReadable(undefined)
        this.#receivingOver()
        return true
      case 'given-up':
        this.#endReadable(new StreamError('reset-by-peer', result.code))
        this.#receivingOver()
        return true
      default:
        // The session is over, which an event will tell.
        return false
    }
  }

  #fillFromRest({ chunks, error }: { chunks: Uint8Array[]; error: Error | undefined }): boolean {
    const chunk = chunks.shift()
    if (chunk !== undefined) this.#reader.enqueue(chunk)
    else this.#endReadable(error)
    return true
  }

  #endReadable(error: Error | undefined): void {
    if (error === undefined) this.#reader.close()
    else this.#reader.error(error)
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (!(chunk instanceof Uint8Array)) {
      this.reset()
      throw new TypeError('a stream takes Uint8Arrays')
    }
    let rest = chunk
    while (this.#sends === 'open') {
      const result = this.#driver.call().write(this.#connection, this.id, rest)
      if (result.state === 'open') rest = rest.subarray(result.length)
      if (rest.length === 0) return
      // Room, or an event that tells why there will be none.
      await new Promise<void>((resolve) => {
        this.#room = resolve
      })
    }
    throw this.#sendError
  }

  #finish(): void {
    if (this.#sends !== 'open') throw this.#sendError
    const result = this.#driver.call().finish(this.#connection, this.id)
    if (result.state === 'given-up') throw new StreamError('stopped-by-peer', result.code)
    this.#sends = 'finished'
  }

  #receivingOver(): void {
    this.#receives = false
    this.#arrived()
    this.#onHalfOver()
  }

  #sendingOver(error: Error | undefined): void {
    if (this.#sends === 'over') return
    this.#sends = 'over'
    this.#sendError = error
    this.#room()
    this.#onHalfOver()
  }
}

/** The code that a reason for `abort` or `cancel` stands for. */
function codeOf(reason: unknown): number {
  return reason instanceof StreamError ? reason.errorCode : 0
}
