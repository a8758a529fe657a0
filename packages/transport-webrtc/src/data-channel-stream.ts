// A data channel as a byte stream. Binary messages are its bytes. Text messages are about them: a decimal
// number says that as many bytes more were read, `end` that nothing follows.
import type { Clock, TimerHandle } from '@snek/platform'
import {
  BufferPool,
  type ByteStream,
  type ByteStreamHandlers,
  CLOSE_LIMIT,
  TransportError,
  WriteBatch,
} from '@snek/transport'
import type { DataChannel } from './data-channel.ts'
import { CREDIT_STEP, MAX_MESSAGE, WINDOW, WRITE_LIMIT } from './limits.ts'

const END = 'end'
const CREDIT = /^[1-9][0-9]{0,6}$/

export interface DataChannelStreamOptions {
  readonly uri: string
  readonly clock: Clock
  /** Gives up what the channel hangs on. Called once, when the stream is over. */
  readonly release: () => void
}

/** To be made of an open channel, in the very turn in which it opened. */
export class DataChannelStream implements ByteStream {
  readonly uri: string
  readonly #channel: DataChannel
  readonly #clock: Clock
  readonly #release: () => void
  #handlers: ByteStreamHandlers | undefined
  /** `ending`: this side closed it, and the other hasn't answered. */
  #state: 'open' | 'ending' | 'closed' = 'open'
  #error: TransportError | undefined
  readonly #pool = new BufferPool(MAX_MESSAGE)
  readonly #batch = new WriteBatch(this.#pool)
  /** What of the batch before waits for the window, in order. */
  #queue: Uint8Array[] = []
  #queued = 0
  #flushing = false
  #full = false
  #endSent = false
  /** What the other side may still be sent. */
  #credit = WINDOW
  #unread: Uint8Array[] = []
  #unreadLength = 0
  /** Read since the other side was told. */
  #consumed = 0
  #limit: TimerHandle | undefined

  constructor(channel: DataChannel, { uri, clock, release }: DataChannelStreamOptions) {
    this.uri = uri
    this.#channel = channel
    this.#clock = clock
    this.#release = release
    channel.onmessage = ({ data }: { data: unknown }) => this.#receive(data)
    channel.onclose = () => this.#lost()
    channel.onerror = () => undefined // onclose follows
  }

  start(handlers: ByteStreamHandlers): void {
    queueMicrotask(() => {
      this.#handlers = handlers
      const chunks = this.#unread
      this.#unread = []
      for (const chunk of chunks) this.#deliver(chunk)
      if (this.#state === 'closed') handlers.onClose(this.#error)
    })
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'open') return false
    this.#batch.push(chunk)
    if (!this.#flushing) {
      this.#flushing = true
      queueMicrotask(() => this.#flush())
    }
    this.#full ||= this.#waiting - this.#credit >= WRITE_LIMIT
    return !this.#full
  }

  close(): void {
    if (this.#state !== 'open') return
    this.#state = 'ending'
    this.#unread = []
    this.#limit = this.#clock.setTimeout(() => this.#finish(), CLOSE_LIMIT)
    this.#flush()
  }

  #flush(): void {
    this.#flushing = false
    if (this.#state === 'closed' || this.#endSent) return
    while (this.#credit > 0) {
      const piece = this.#nextPiece()
      if (piece === undefined) break
      const length = Math.min(piece.length, MAX_MESSAGE, this.#credit)
      if (length < piece.length) this.#queue.unshift(piece.subarray(length))
      this.#credit -= length
      this.#queued -= length
      if (!this.#send(piece.subarray(0, length))) return
      if (length === piece.length) this.#pool.give(piece) // channels copy
    }
    if (this.#state === 'ending' && this.#waiting === 0) {
      this.#endSent = true
      this.#send(END)
    }
  }

  get #waiting(): number {
    return this.#queued + this.#batch.bytes
  }

  #nextPiece(): Uint8Array | undefined {
    if (this.#queue.length === 0) {
      this.#queued = this.#batch.bytes
      this.#queue = this.#batch.take()
    }
    return this.#queue.shift()
  }

  /** False if the channel closed under it, of which `onclose` tells. */
  #send(data: Uint8Array | string): boolean {
    if (this.#channel.readyState !== 'open') return false
    this.#channel.send(data)
    return true
  }

  #receive(data: unknown): void {
    if (this.#state === 'closed') return
    if (typeof data === 'string') return this.#control(data)
    if (!(data instanceof ArrayBuffer)) return this.#fail('sent a message that is neither bytes nor text')
    const chunk = new Uint8Array(data)
    this.#unreadLength += chunk.length
    if (this.#unreadLength > WINDOW) return this.#fail(`sent more than ${WINDOW} bytes ahead of the reader`)
    if (this.#state === 'ending') this.#read(chunk.length)
    else if (this.#handlers === undefined) this.#unread.push(chunk)
    else this.#deliver(chunk)
  }

  #control(text: string): void {
    if (text === END) return this.#ended()
    if (!CREDIT.test(text) || this.#credit + Number(text) > WINDOW) {
      return this.#fail('sent a text message that makes no sense')
    }
    this.#credit += Number(text)
    this.#flush()
    if (this.#state !== 'open' || !this.#full || this.#waiting > WRITE_LIMIT / 2) return
    if (this.#handlers === undefined) return
    this.#full = false
    this.#handlers.onDrain()
  }

  #deliver(chunk: Uint8Array): void {
    if (this.#state === 'ending') return
    this.#read(chunk.length)
    this.#handlers?.onData(chunk)
  }

  #read(length: number): void {
    this.#unreadLength -= length
    this.#consumed += length
    if (this.#consumed < CREDIT_STEP || this.#state === 'closed') return
    this.#send(String(this.#consumed))
    this.#consumed = 0
  }

  /** The other side sends nothing more: answers in kind, or the channel has served. */
  #ended(): void {
    if (this.#state === 'ending') return this.#finish()
    this.#state = 'closed'
    this.#send(END)
    // Whoever began to close closes the channel once it has this answer.
    this.#limit = this.#clock.setTimeout(() => this.#letGo(), CLOSE_LIMIT)
    this.#handlers?.onClose()
  }

  #lost(): void {
    if (this.#state === 'open') {
      this.#error = new TransportError('connection-lost', `${this.uri}: the direct link broke off`)
    }
    this.#finish()
  }

  #fail(reason: string): void {
    this.#error = new TransportError('connection-lost', `${this.uri}: the other side ${reason}`)
    this.#unread = []
    this.#finish()
  }

  #finish(): void {
    const wasClosed = this.#state === 'closed'
    this.#state = 'closed'
    this.#letGo()
    if (!wasClosed) this.#handlers?.onClose(this.#error)
  }

  #letGo(): void {
    if (this.#limit !== undefined) this.#clock.clearTimeout(this.#limit)
    this.#limit = undefined
    const channel = this.#channel
    if (channel.onclose === null) return
    channel.onmessage = null
    channel.onclose = null
    channel.close()
    this.#release()
  }
}
