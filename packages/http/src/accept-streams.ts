// Takes the streams of all sessions that others open for a protocol, as many at once as the limits say.
import type { Logger } from '@snek/platform'
import { HttpError } from './errors.ts'
import type { HttpListener, HttpSession, HttpStream } from './network.ts'

export interface StreamLimits {
  /** Sessions at once; 256 by default. Beyond it one without a stream makes room, or the new one is refused. */
  maxSessions: number
  /** Streams of a session that are served at once; 64 by default. The next ones wait. */
  maxStreamsPerSession: number
  /** Streams that are served at once; 1,024 by default. The next ones are refused: 503. */
  maxStreams: number
}

export interface StreamHandlers {
  /** Resolves when the stream is over; never rejects. */
  serve(stream: HttpStream, session: HttpSession): Promise<void>
  /** Tells the other side that there are too many; never rejects. */
  refuse(stream: HttpStream, session: HttpSession): Promise<void>
}

interface Visit {
  readonly session: HttpSession
  /** Those being served. */
  readonly streams: Set<Promise<void>>
}

export class StreamAcceptor {
  /** Resolves when listening has ended and every session with it; rejects if listening failed. */
  readonly closed: Promise<void>
  readonly #listener: HttpListener
  readonly #handlers: StreamHandlers
  readonly #limits: StreamLimits
  readonly #logger: Logger
  /** In the order in which they came. */
  readonly #sessions = new Set<Visit>()
  #streams = 0
  #closing = false

  constructor(listener: HttpListener, handlers: StreamHandlers, limits: StreamLimits, logger: Logger) {
    this.#listener = listener
    this.#handlers = handlers
    this.#limits = limits
    this.#logger = logger
    this.closed = this.#acceptSessions()
    this.closed.catch(() => undefined) // for those who look at it
  }

  /** Stops listening and ends every session. If listening failed before, `closed` has told. */
  async close(): Promise<void> {
    this.#closing = true
    await this.#listener.close()
    await Promise.all([...this.#sessions].map(({ session }) => this.#end(session)))
    await this.closed.catch(() => undefined)
  }

  async #acceptSessions(): Promise<void> {
    const visits = new Set<Promise<void>>()
    try {
      for await (const session of this.#listener) {
        if (!this.#makeRoom()) {
          this.#logger.log('warn', 'too many HTTP sessions', { refused: session.remoteKey.hex })
          void this.#end(session, new HttpError('busy', 'too many sessions'))
          continue
        }
        const visit = this.#acceptStreams(session).finally(() => visits.delete(visit))
        visits.add(visit)
      }
    } finally {
      await Promise.all(visits)
    }
  }

  async #acceptStreams(session: HttpSession): Promise<void> {
    const visit: Visit = { session, streams: new Set() }
    this.#sessions.add(visit)
    try {
      for await (const stream of session.streams) {
        // Waiting for a refusal to be taken holds up this session alone.
        if (this.#closing || this.#streams >= this.#limits.maxStreams)
          await this.#handlers.refuse(stream, session)
        else this.#serve(stream, visit)
        if (visit.streams.size >= this.#limits.maxStreamsPerSession) await Promise.race(visit.streams)
      }
    } catch (error) {
      this.#logger.log('debug', 'an HTTP session failed', { key: session.remoteKey.hex, error })
    }
    await Promise.all(visit.streams)
    this.#sessions.delete(visit)
  }

  #serve(stream: HttpStream, { session, streams }: Visit): void {
    this.#streams += 1
    const serving = this.#handlers.serve(stream, session).finally(() => {
      this.#streams -= 1
      streams.delete(serving)
    })
    streams.add(serving)
  }

  #makeRoom(): boolean {
    if (this.#sessions.size < this.#limits.maxSessions) return true
    for (const visit of this.#sessions) {
      if (visit.streams.size > 0) continue
      this.#sessions.delete(visit)
      void this.#end(visit.session, new HttpError('busy', 'others want a session'))
      return true
    }
    return false
  }

  async #end(session: HttpSession, reason?: Error): Promise<void> {
    await session.close(reason).catch((error: unknown) => {
      this.#logger.log('debug', 'closing an HTTP session failed', { key: session.remoteKey.hex, error })
    })
  }
}
