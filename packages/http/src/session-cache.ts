// Sessions to other keys, one a key, kept while they are in use and a little longer.
import type { Clock, TimerHandle } from '@snek/platform'
import type { Key } from '@snek/wire'
import { abortable } from './abortable.ts'
import { HttpError } from './errors.ts'
import type { HttpNetwork, HttpSession, HttpStream } from './network.ts'

/** How long a session that nobody uses is kept, in milliseconds. */
export const IDLE_TIMEOUT = 10_000

/** Sessions that are kept though nobody uses them; beyond it, the one unused for longest goes. */
const MAX_IDLE = 64

export interface SessionCacheOptions {
  protocol: string
  clock: Clock
}

/** A stream, and the use of its session until `release`. */
export interface StreamLease {
  readonly stream: HttpStream
  /** Whether the session was there before, and has ended since: the other side may have forgotten it. */
  wentStale(): boolean
  /** Called when the cache is closed while the stream is in use: to give it up. */
  onClose: (reason: HttpError) => void
  /** Says that the stream is over. Once is enough; more does nothing. */
  release(): void
}

interface Entry {
  readonly key: Key
  readonly dialling: AbortController
  readonly session: Promise<HttpSession>
  /** Undefined until the dial has succeeded. */
  established: HttpSession | undefined
  over: boolean
  /** We have done with it. */
  ended: boolean
  users: number
  idle: TimerHandle | undefined
}

/** How many caches keep a session: a network gives the same one to all who dial a key for a protocol. */
const keepers = new WeakMap<HttpSession, number>()

export class SessionCache {
  readonly #network: HttpNetwork
  readonly #protocol: string
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()
  /** Those without users, in the order in which they lost the last one. */
  readonly #idle = new Set<Entry>()
  readonly #leases = new Set<StreamLease>()
  #closed = false

  constructor(network: HttpNetwork, { protocol, clock }: SessionCacheOptions) {
    this.#network = network
    this.#protocol = protocol
    this.#clock = clock
  }

  /** Sessions that are open or being dialled. */
  get size(): number {
    return this.#entries.size
  }

  /**
   * Opens a stream to a key, in the session that is there or a new one. A session that turns out dead is
   * dialled once more. Rejects with what dialling says, the signal's reason, or `HttpError` `closed`.
   */
  async openStream(key: Key, signal?: AbortSignal): Promise<StreamLease> {
    signal?.throwIfAborted()
    const found = this.#entries.get(key.hex)
    const reused = found?.established !== undefined
    try {
      return await this.#openIn(found ?? this.#dial(key), reused, signal)
    } catch (error) {
      if (!reused || signal?.aborted || this.#closed) throw error
      return this.#openIn(this.#entries.get(key.hex) ?? this.#dial(key), false, signal)
    }
  }

  /** Gives up the streams that are in use, and closes the sessions that nobody else keeps. */
  async close(): Promise<void> {
    this.#closed = true
    const reason = clientClosed()
    for (const lease of this.#leases) lease.onClose(reason)
    const entries = [...this.#entries.values()]
    for (const entry of entries) this.#drop(entry)
    await Promise.all(entries.map((entry) => end(entry)))
  }

  async #openIn(entry: Entry, reused: boolean, signal: AbortSignal | undefined): Promise<StreamLease> {
    this.#use(entry)
    try {
      const session = await abortable(entry.session, signal)
      const stream = await session.openStream(signal === undefined ? {} : { signal })
      if (this.#closed) {
        giveUp(stream)
        throw clientClosed()
      }
      const lease: StreamLease = {
        stream,
        wentStale: () => reused && entry.over,
        onClose: () => undefined,
        release: () => {
          if (this.#leases.delete(lease)) this.#release(entry)
        },
      }
      this.#leases.add(lease)
      return lease
    } catch (error) {
      if (!signal?.aborted) this.#drop(entry)
      this.#release(entry)
      throw signal?.aborted ? signal.reason : error
    }
  }

  #dial(key: Key): Entry {
    if (this.#closed) throw clientClosed()
    const dialling = new AbortController()
    const session = this.#network.dial(key, this.#protocol, { signal: dialling.signal })
    const entry: Entry = {
      key,
      dialling,
      session,
      established: undefined,
      over: false,
      ended: false,
      users: 0,
      idle: undefined,
    }
    this.#entries.set(key.hex, entry)
    const over = (): void => {
      entry.over = true
      this.#drop(entry)
    }
    session.then((established) => {
      entry.established = established
      keepers.set(established, (keepers.get(established) ?? 0) + 1)
      established.closed.then(over, over)
    }, over)
    return entry
  }

  #use(entry: Entry): void {
    entry.users += 1
    this.#idle.delete(entry)
    if (entry.idle !== undefined) this.#clock.clearTimeout(entry.idle)
    entry.idle = undefined
  }

  #release(entry: Entry): void {
    entry.users -= 1
    if (entry.users > 0) return
    if (entry.established === undefined) this.#drop(entry)
    if (this.#entries.get(entry.key.hex) !== entry) {
      void end(entry)
      return
    }
    this.#idle.add(entry)
    entry.idle = this.#clock.setTimeout(() => this.#retire(entry), IDLE_TIMEOUT)
    const [oldest] = this.#idle
    if (this.#idle.size > MAX_IDLE) this.#retire(oldest as Entry)
  }

  #retire(entry: Entry): void {
    this.#drop(entry)
    void end(entry)
  }

  /** Forgets an entry, so that the next stream dials anew; those who use it may go on. */
  #drop(entry: Entry): void {
    this.#idle.delete(entry)
    if (entry.idle !== undefined) this.#clock.clearTimeout(entry.idle)
    entry.idle = undefined
    if (this.#entries.get(entry.key.hex) === entry) this.#entries.delete(entry.key.hex)
  }
}

/** Whoever wanted the session has gone: nobody is left to tell how its end went. */
async function end(entry: Entry): Promise<void> {
  if (entry.ended) return
  entry.ended = true
  entry.dialling.abort(clientClosed())
  await entry.session.then(stopKeeping).catch(() => undefined)
}

function clientClosed(): HttpError {
  return new HttpError('closed', 'this client was closed')
}

/** Nothing was sent yet, so nobody has heard of it. */
function giveUp({ readable, writable }: HttpStream): void {
  for (const ending of [readable.cancel(), writable.abort()]) ending.catch(() => undefined)
}

async function stopKeeping(session: HttpSession): Promise<void> {
  const others = (keepers.get(session) ?? 1) - 1
  keepers.set(session, others)
  if (others === 0) await session.release()
}
