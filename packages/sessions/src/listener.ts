import { AsyncQueue } from './async-queue.ts'
import { CloseCode, type QuicSession, type Session } from './session.ts'

/**
 * Sessions that others open to us for one protocol, each given out once. Those that nobody takes wait, up to
 * `SessionLimits.backlog`; when that many do, newcomers are closed with code 2 (busy).
 */
export interface SessionListener extends AsyncIterable<Session>, AsyncDisposable {
  readonly protocol: string
  /** Takes no more sessions, and ends the iteration. Sessions that were given out stay; those that wait are closed. */
  close(): Promise<void>
}

/** @internal */
export class QuicListener implements SessionListener {
  readonly protocol: string
  readonly #backlog: number
  readonly #onClose: () => void
  readonly #waiting = new AsyncQueue<QuicSession>()
  #closed = false

  constructor(protocol: string, backlog: number, onClose: () => void) {
    this.protocol = protocol
    this.#backlog = backlog
    this.#onClose = onClose
  }

  /** False if it must wait and too many do. */
  offer(session: QuicSession): boolean {
    if (this.#waiting.length >= this.#backlog) return false
    this.#waiting.push(session)
    return true
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#onClose()
    this.#waiting.end()
    const reason = { code: CloseCode.busy, text: 'nobody listens any more' }
    await Promise.all(this.#waiting.clear().map((session) => session.close(reason)))
  }

  [Symbol.asyncIterator](): AsyncIterator<Session> {
    return this.#waiting[Symbol.asyncIterator]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
