import { AsyncQueue } from './async-queue.ts'
import { CloseCode, type QuicSession, type Session } from './session.ts'

/**
 * Sessions that others open to us for one protocol, each given out once. Those that nobody takes wait, up to
 * `SessionLimits.backlog`; when that many do, newcomers are closed with code 2 (busy).
 *
 * Sessions that we have dialled are among them once the other side opens streams there that nobody asked for: the Go
 * reference opens all of its streams in the one session that it has with a key for a protocol, whoever dialled it.
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
    const accepted = this.#waiting.clear().filter((session) => !session.isDialled)
    await Promise.all(accepted.map((session) => session.close(reason)))
  }

  [Symbol.asyncIterator](): AsyncIterator<Session> {
    return this.#waiting[Symbol.asyncIterator]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
