// An attempt at a session, shared by all who want it; afterwards, the session that came of it.
import type { Clock, TimerHandle } from '@snek/platform'
import type { Key } from '@snek/wire'
import type { Driver } from './driver.ts'
import type { CloseReason } from './engine/events.ts'
import { dialError, SessionError } from './errors.ts'
import type { SendResult } from './network.ts'
import { CloseCode, type QuicSession, type Session } from './session.ts'
import { Waiters } from './waiters.ts'

/**
 * The Go reference keeps one session with a key for a protocol. It accepts a second one and closes it at once, so
 * until so many ms after that it isn't known to be good.
 */
const DUPLICATE_TIME = 20

/**
 * A duplicate makes the reference forget the session that was there before, so that the next one is taken, unless it
 * is dialling us itself. Then it needs time: the first attempt comes at once, the next after so many ms, then after
 * twice as many each.
 */
const REDIAL_PAUSE = 20
const MAX_REDIALS = 6

export interface DialOptions {
  readonly driver: Driver
  readonly clock: Clock
  readonly key: Key
  readonly protocol: string
  createSession(connection: number): QuicSession
  /** The session has taken the place of all that the other side had with us for the protocol. */
  onReplacement(dial: Dial): void
  /** There is no session, or no more. */
  onOver(dial: Dial): void
}

export class Dial {
  readonly key: Key
  readonly protocol: string
  readonly #options: DialOptions
  readonly #waiters = new Waiters<Session>()
  #session: QuicSession | undefined
  #good = false
  #redials = 0
  #over = false
  #lastSent: SendResult = 'sent'
  #timer: TimerHandle | undefined

  constructor(options: DialOptions) {
    this.key = options.key
    this.protocol = options.protocol
    this.#options = options
  }

  get connection(): number | undefined {
    return this.#session?.connection
  }

  /** The session, once it is there and as long as it can be used. */
  get session(): Session | undefined {
    return this.#good && this.#session?.isOpen ? this.#session : undefined
  }

  get isUnderWay(): boolean {
    return !this.#good && !this.#over
  }

  /** Throws a SessionError if it can't even begin. */
  start(): void {
    const { driver, key, protocol } = this.#options
    const connection = driver.call().dial(key, protocol, driver.now)
    if (connection === 'too-many-sessions') {
      throw new SessionError(
        connection,
        'this node has too many sessions, in all or with that key: close some',
      )
    }
    if (connection === 'unusable') throw new SessionError('bad-key', `${key.short()} can't be dialled`)
    this.#session = this.#options.createSession(connection)
  }

  /** Resolves when the session is there. When nobody waits any more, the attempt is given up. */
  wait(signal: AbortSignal | undefined): Promise<Session> {
    return this.#waiters.wait(signal, () => {
      if (this.#waiters.length === 0 && this.isUnderWay) this.giveUp()
    })
  }

  /** Ends the attempt; those who wait get the error. */
  giveUp(error?: Error): void {
    this.#finish()
    void this.#session?.close({ code: CloseCode.done })
    this.#waiters.rejectAll(error)
  }

  onSent(result: SendResult): void {
    this.#lastSent = result
  }

  onConfirmed(): void {
    if (this.#session === undefined || this.#over) return
    if (!this.#session.isShared) this.#succeed(this.#session)
    else
      this.#timer = this.#options.clock.setTimeout(
        () => this.#session && this.#succeed(this.#session),
        DUPLICATE_TIME,
      )
  }

  onClosed(reason: CloseReason): void {
    if (this.#over) return
    const isDuplicate = reason.by === 'application' && reason.code === CloseCode.done
    if (this.isUnderWay && isDuplicate && this.#redials < MAX_REDIALS) {
      this.#clearTimer()
      this.#redials += 1
      if (this.#redials === 1) return this.#redial()
      const pause = REDIAL_PAUSE * 2 ** (this.#redials - 2)
      this.#timer = this.#options.clock.setTimeout(() => this.#redial(), pause)
      return
    }
    this.#finish()
    this.#waiters.rejectAll(dialError(reason, this.key, this.protocol, this.#lastSent === 'no-route'))
  }

  #redial(): void {
    this.#timer = undefined
    try {
      this.start()
    } catch (error) {
      this.#finish()
      this.#waiters.rejectAll(error)
    }
  }

  #succeed(session: QuicSession): void {
    this.#timer = undefined
    this.#good = true
    if (this.#redials > 0) this.#options.onReplacement(this)
    this.#waiters.resolveAll(session)
  }

  #finish(): void {
    this.#over = true
    this.#clearTimer()
    this.#options.onOver(this)
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
