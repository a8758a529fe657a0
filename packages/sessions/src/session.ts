// One session: a connection with one key for one protocol.
import type { Clock, TimerHandle } from '@snek/platform'
import type { Key } from '@snek/wire'
import { AsyncQueue } from './async-queue.ts'
import type { Driver } from './driver.ts'
import type { SessionStats } from './engine/endpoint.ts'
import { SessionError, sessionClosed } from './errors.ts'
import { QuicStream, type SessionStream } from './stream.ts'
import { Waiters } from './waiters.ts'

/** What the other side gets as reason for the end of a session, next to an application's own numbers. */
export const CloseCode = { done: 0, failed: 1, busy: 2 } as const

/** How long what was written and closed may take to be delivered when a session is closed, in ms. */
const CLOSE_LIMIT = 10_000

/**
 * How long a session that the other side uses too is kept without streams once it isn't needed here, in ms: one may
 * be on its way.
 */
const SHARED_IDLE = 5000

/** A number, whose meaning is the application's, and words for people. */
export interface CloseReason {
  readonly code: number
  readonly text?: string
}

/** A connection with one key for one protocol, encrypted and authenticated on both sides. */
export interface Session extends AsyncDisposable {
  /** The other side's key, as its certificate proved it. */
  readonly remoteKey: Key
  readonly protocol: string
  /**
   * Opens a stream; waits while the other side has as many open as it allows. The other side hears of it with the
   * first bytes, or the end. Rejects with the session's error once it has ended, or with the signal's reason.
   */
  openStream(options?: { signal?: AbortSignal }): Promise<SessionStream>
  /**
   * Streams that the other side opens; each is given out once. Those that nobody takes wait, up to
   * `SessionLimits.streams`. Ends when the session does, whatever the reason: `closed` has it. Who dials and wants
   * the streams asks for them at once: else the first one brings the session to the protocol's listener.
   */
  readonly streams: AsyncIterable<SessionStream>
  /**
   * Sends bytes that may be lost, doubled or overtaken; if many wait, the oldest go first. Throws a SessionError
   * `datagram-too-long`, `datagrams-unsupported`, or the session's once it has ended.
   */
  sendDatagram(payload: Uint8Array): void
  /** How long a datagram may be, in bytes; 0 if the other side takes none. About 16 KiB between our own nodes. */
  readonly maxDatagramLength: number
  /** Called with each datagram, which belongs to it. What comes before it is set is lost. */
  onDatagram: (payload: Uint8Array) => void
  /** The smoothed round-trip time in ms. */
  readonly rtt: number
  stats(): SessionStats
  /**
   * Resolves when the session ended in order: this side closed it, or the other side did with code 0. Rejects
   * with a SessionError otherwise, or with the reason given to `close`. Needn't be handled.
   */
  readonly closed: Promise<void>
  /**
   * Ends the session. Without a reason, in order: no more streams are opened, what was written to streams that are
   * closed is delivered, which may take 10 s, then the other side is told; streams that are still open fail on
   * both sides. Rejects if not all could be delivered, with `close-timeout` or what ended the session before. With a reason,
   * at once; the other side gets its code (1 for an error) and text (an error's message).
   */
  close(reason?: Error | CloseReason): Promise<void>
  /**
   * Who dialled has done with it. Closes it, as `close` does, unless the other side is the Go implementation, which
   * opens streams of its own in sessions that we dialled: then it stays until it has had no streams for 5 s.
   * Undefined if it stays.
   */
  release(reason?: Error): Promise<void> | undefined
}

/** @internal */
export interface SessionOptions {
  readonly driver: Driver
  readonly clock: Clock
  readonly connection: number
  readonly remoteKey: Key
  readonly protocol: string
  /** By us. */
  readonly isDialled: boolean
}

/** @internal */
export class QuicSession implements Session {
  readonly remoteKey: Key
  readonly protocol: string
  readonly connection: number
  readonly isDialled: boolean
  readonly closed: Promise<void>
  onDatagram: (payload: Uint8Array) => void = () => undefined
  readonly #driver: Driver
  readonly #clock: Clock
  readonly #streams = new Map<number, QuicStream>()
  readonly #incoming = new AsyncQueue<SessionStream>()
  readonly #openers = new Waiters<SessionStream>()
  /** Once it is over, whatever the reason. */
  readonly #over: Promise<void>
  #settleClosed!: { resolve: () => void; reject: (error: Error) => void }
  #closing: Promise<void> | undefined
  /** Something was delivered, or never will be. */
  #progress: () => void = () => undefined
  /** Why we end it, unless in order. */
  #cutBy: Error | undefined
  /** Why it is over, once it is. */
  #reason: Error | undefined
  #attended = false
  #takesDatagrams = false
  /** To be closed when it has had no streams for a while. */
  #retired = false
  #idle: TimerHandle | undefined
  /** It ended before all was delivered that should have been. */
  #lost = false
  #stats: SessionStats | undefined

  constructor(options: SessionOptions) {
    this.remoteKey = options.remoteKey
    this.protocol = options.protocol
    this.connection = options.connection
    this.isDialled = options.isDialled
    this.#driver = options.driver
    this.#clock = options.clock
    this.closed = new Promise((resolve, reject) => {
      this.#settleClosed = { resolve, reject }
    })
    this.#over = this.closed.catch(() => undefined)
  }

  /** Neither over nor about to be. */
  get isOpen(): boolean {
    return this.#reason === undefined && this.#closing === undefined && this.#cutBy === undefined
  }

  get streams(): AsyncIterable<SessionStream> {
    this.attend()
    return this.#incoming
  }

  /** Somebody takes the streams that the other side opens, or is going to. */
  get isAttended(): boolean {
    return this.#attended
  }

  attend(): void {
    this.#attended = true
  }

  /** The other side opens its streams here, too: it takes no datagrams, unlike our own nodes. */
  get isShared(): boolean {
    this.#takesDatagrams ||= this.maxDatagramLength > 0
    return !this.#takesDatagrams
  }

  /** Closes the session, in order, as soon as it has had no streams for `SHARED_IDLE`. */
  retire(): void {
    this.#retired = true
    this.#checkIdle()
  }

  release(reason?: Error): Promise<void> | undefined {
    if (!this.isShared) return this.close(reason)
    this.retire()
    return undefined
  }

  get maxDatagramLength(): number {
    return this.#reason !== undefined ? 0 : (this.#driver.call().maxDatagram(this.connection) ?? 0)
  }

  get rtt(): number {
    return this.stats().rtt
  }

  stats(): SessionStats {
    if (this.#reason === undefined) this.#stats = this.#driver.call().stats(this.connection) ?? this.#stats
    if (this.#stats === undefined) throw this.#reason ?? sessionClosed()
    return this.#stats
  }

  async openStream(options: { signal?: AbortSignal } = {}): Promise<SessionStream> {
    options.signal?.throwIfAborted()
    if (!this.isOpen) throw this.#reason ?? sessionClosed()
    const id = this.#openers.length === 0 ? this.#driver.call().open(this.connection) : undefined
    return id === undefined ? this.#openers.wait(options.signal) : this.#add(id)
  }

  sendDatagram(payload: Uint8Array): void {
    if (!this.isOpen) throw this.#reason ?? sessionClosed()
    const result = this.#driver.call().sendDatagram(this.connection, payload)
    if (result === 'too-long') {
      const limit = `at most ${this.maxDatagramLength} bytes fit into one`
      throw new SessionError('datagram-too-long', `a datagram of ${payload.length} bytes: ${limit}`)
    }
    if (result === 'unsupported') {
      throw new SessionError('datagrams-unsupported', 'the other side takes no datagrams: use a stream')
    }
  }

  close(reason?: Error | CloseReason): Promise<void> {
    if (reason !== undefined) return this.#cut(reason)
    if (this.#closing === undefined) {
      this.#closing = this.#closeInOrder()
      this.#closing.catch(() => undefined)
    }
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  onOpened(id: number): void {
    this.#incoming.push(this.#add(id))
  }

  onReadable(id: number): void {
    this.#streams.get(id)?.onReadable()
  }

  onWritable(id: number): void {
    this.#streams.get(id)?.onWritable()
  }

  onDelivered(id: number): void {
    this.#streams.get(id)?.onDelivered()
  }

  onStopped(id: number, code: number): void {
    this.#streams.get(id)?.onStopped(code)
  }

  /** Whatever the application's callback throws is its own. */
  receiveDatagram(payload: Uint8Array): void {
    try {
      this.onDatagram(payload)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  onStreamsAvailable(): void {
    while (this.#openers.length > 0) {
      const id = this.#driver.call().open(this.connection)
      if (id === undefined) return
      this.#openers.resolveNext(this.#add(id))
    }
  }

  /** The connection is over. `error` is undefined if we ended it. */
  onClosed(error: SessionError | undefined): void {
    this.#stats = this.#driver.call().stats(this.connection) ?? this.#stats
    const inOrder = error === undefined ? this.#cutBy === undefined : isInOrder(error)
    const reason = error ?? this.#cutBy ?? sessionClosed()
    this.#reason = reason
    this.#lost = this.#hasUndelivered()
    for (const stream of [...this.#streams.values()]) stream.onSessionEnd(reason, error !== undefined)
    this.#streams.clear()
    this.#incoming.end()
    this.#openers.rejectAll(reason)
    this.#checkIdle()
    if (inOrder) this.#settleClosed.resolve()
    else this.#settleClosed.reject(reason)
    this.#progress()
  }

  #add(id: number): QuicStream {
    const stream = new QuicStream(this.#driver, this.connection, id, () => {
      if (stream.isOver) this.#streams.delete(id)
      this.#progress()
      this.#checkIdle()
    })
    this.#streams.set(id, stream)
    this.#checkIdle()
    return stream
  }

  #checkIdle(): void {
    if (this.#idle !== undefined) this.#clock.clearTimeout(this.#idle)
    this.#idle = undefined
    if (!this.#retired || this.#streams.size > 0 || !this.isOpen) return
    this.#idle = this.#clock.setTimeout(() => void this.close(), SHARED_IDLE)
  }

  async #closeInOrder(): Promise<void> {
    await this.#delivery()
    if (this.#reason === undefined) {
      if (this.#hasUndelivered()) {
        const limit = `${CLOSE_LIMIT / 1000} s`
        const error = new SessionError('close-timeout', `not all could be delivered within ${limit}`)
        await this.#cut(error)
        throw error
      }
      this.#driver.call().close(this.connection, CloseCode.done, '', this.#clock.now())
      await this.#over
    }
    if (this.#lost) throw this.#reason
  }

  /** Until all that was closed is delivered, the session ends, or the time is over. */
  async #delivery(): Promise<void> {
    if (this.#reason !== undefined || !this.#hasUndelivered()) return
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimeout(resolve, CLOSE_LIMIT)
      this.#progress = () => {
        if (this.#reason === undefined && this.#hasUndelivered()) return
        this.#clock.clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Ends it at once. */
  async #cut(reason: Error | CloseReason): Promise<void> {
    if (this.#reason === undefined) {
      const isError = reason instanceof Error
      const code = isError ? CloseCode.failed : reason.code
      const text = isError ? reason.message : (reason.text ?? '')
      if (isError) this.#cutBy ??= reason
      else if (code !== CloseCode.done)
        this.#cutBy ??= new SessionError('session-closed', `closed here with code ${code}`)
      this.#driver.call().close(this.connection, code, text, this.#clock.now())
    }
    await this.#over
  }

  #hasUndelivered(): boolean {
    return [...this.#streams.values()].some((stream) => stream.isUndelivered)
  }
}

function isInOrder({ code, closeCode }: SessionError): boolean {
  return code === 'closed-by-peer' && closeCode === CloseCode.done
}
