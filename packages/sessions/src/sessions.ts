// All sessions of a node: who is dialled, who listens, and whose each connection is.
import type { Identity } from '@snek/identity'
import { type Clock, type Logger, type LogLevel, silentLogger, systemClock } from '@snek/platform'
import type { Key } from '@snek/wire'
import { Dial } from './dial.ts'
import { Driver, type DriverCounters, type DriverHandlers } from './driver.ts'
import { type EndpointCounters, QuicEndpoint } from './engine/endpoint.ts'
import type { CloseReason } from './engine/events.ts'
import { engineMemory } from './engine/load.ts'
import type { WasmMemory } from './engine/memory.ts'
import { SessionError, sessionError, sessionsClosed } from './errors.ts'
import { DEFAULT_LIMITS, type SessionLimits } from './limits.ts'
import { QuicListener, type SessionListener } from './listener.ts'
import type { DatagramNetwork } from './network.ts'
import { CloseCode, QuicSession, type Session } from './session.ts'

export interface SessionsOptions {
  identity: Identity
  /** What carries the sessions, which take its `onDatagram`. */
  network: DatagramNetwork
  /** The system's by default. */
  clock?: Clock
  logger?: Logger
  /** Seeds connection ids and the like, so it mustn't be guessed; the platform's by default. */
  random?: (length: number) => Uint8Array
  /** After so many ms without a word from the other side a session is over (15,000, as in the reference). */
  idleTimeout?: number
  /** A session with nothing to send says so after so many ms (5,000); 0: it doesn't, and ends by the idle timeout. */
  keepAlive?: number
  limits?: Partial<SessionLimits>
}

/** What was counted since the node began, and how many sessions there are. */
export interface SessionCounters extends EndpointCounters, DriverCounters {
  readonly sessions: number
}

/**
 * QUIC sessions between keys over a network of datagrams (PROTOCOL.md section 7). Loads the QUIC engine first, see
 * `loadQuic`. Throws a RangeError for an idle timeout of less than 1 ms.
 */
export async function createSessions(options: SessionsOptions): Promise<Sessions> {
  if (options.idleTimeout !== undefined && !(options.idleTimeout >= 1)) {
    throw new RangeError(`an idle timeout of ${options.idleTimeout} ms: at least 1`)
  }
  return new Sessions(await engineMemory(), options)
}

/** See `createSessions`. */
export class Sessions implements AsyncDisposable {
  /** Our own. */
  readonly key: Key
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #limits: SessionLimits
  readonly #driver: Driver
  readonly #sessions = new Map<number, QuicSession>()
  readonly #listeners = new Map<string, QuicListener>()
  /** By key and protocol. */
  readonly #dials = new Map<string, Dial>()
  /** By connection. */
  readonly #dialled = new Map<number, Dial>()
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(memory: WasmMemory, options: SessionsOptions) {
    const { identity, network, clock = systemClock(), logger = silentLogger } = options
    const { random = platformRandom, idleTimeout = 15_000, keepAlive = 5000 } = options
    this.key = identity.key
    this.#clock = clock
    this.#logger = logger
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
    const { seed } = identity
    const endpoint = new QuicEndpoint(
      memory,
      {
        seed,
        random: random(32),
        idleTimeout,
        keepAlive: keepAlive > 0 ? keepAlive : undefined,
        limits: this.#limits,
      },
      clock.now(),
    )
    seed.fill(0)
    this.#driver = new Driver(endpoint, network, clock, this.#handlers(network))
  }

  /**
   * Takes sessions that others open for a protocol. Throws a SessionError `protocol-in-use` while another listener
   * for it is open, `bad-protocol` for a name that hasn't 1 to 255 bytes, `sessions-closed`.
   */
  listen(protocol: string): SessionListener {
    this.#check(protocol)
    if (this.#listeners.has(protocol)) {
      throw new SessionError('protocol-in-use', `there is a listener for '${protocol}': close it first`)
    }
    const listener = new QuicListener(protocol, this.#limits.backlog, () => {
      this.#listeners.delete(protocol)
      this.#driver.call().unlisten(protocol)
    })
    this.#driver.call().listen(protocol)
    this.#listeners.set(protocol, listener)
    return listener
  }

  /**
   * A session with the node of a key, for a protocol. There is one for each key and protocol: who dials while it
   * is open, or while others dial, shares it with them, and closing it ends it for all. Resolves when the other
   * side has accepted this node's certificate, after two round trips.
   *
   * Rejects with a SessionError: `unreachable` or `dial-timeout` (after 10 s), `refused-protocol`, `refused-by-peer`,
   * `wrong-key`, `bad-certificate`, `unsupported-version`, `protocol-error`, `too-many-sessions`, `bad-protocol`,
   * `bad-key`, `sessions-closed`; or with the signal's reason.
   */
  async dial(key: Key, protocol: string, options: { signal?: AbortSignal } = {}): Promise<Session> {
    options.signal?.throwIfAborted()
    this.#check(protocol)
    const id = dialId(key, protocol)
    const known = this.#dials.get(id)
    if (known?.session !== undefined) return known.session
    if (known?.isUnderWay) return known.wait(options.signal)
    const dial = new Dial({
      driver: this.#driver,
      clock: this.#clock,
      key,
      protocol,
      createSession: (connection) => {
        this.#dialled.set(connection, dial)
        return this.#add(connection, key, protocol, true)
      },
      onReplacement: () => this.#retireAccepted(key, protocol),
      onOver: () => {
        if (this.#dials.get(id) === dial) this.#dials.delete(id)
      },
    })
    dial.start()
    this.#dials.set(id, dial)
    return dial.wait(options.signal)
  }

  counters(): SessionCounters {
    const { counters } = this.#driver
    return { ...this.#driver.call().counters(), ...counters, sessions: this.#sessions.size }
  }

  /**
   * Ends all sessions in order, as `Session.close` does, and stops. Dials reject, listeners end. Later calls wait
   * for the same.
   */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #shutDown(): Promise<void> {
    for (const dial of [...this.#dials.values()]) {
      if (dial.isUnderWay) dial.giveUp(sessionsClosed())
    }
    const listeners = [...this.#listeners.values()].map((listener) => listener.close())
    const sessions = [...this.#sessions.values()].map((session) => session.close())
    await Promise.allSettled([...listeners, ...sessions])
    this.#driver.close()
  }

  #handlers(network: DatagramNetwork): DriverHandlers {
    const session = (connection: number): QuicSession | undefined => this.#sessions.get(connection)
    return {
      keyOf: (connection) => session(connection)?.remoteKey,
      onSent: (connection, result) => this.#dialled.get(connection)?.onSent(result),
      onConnected: (connection, incoming, remote, protocol) => {
        if (incoming) this.#accept(connection, remote, protocol)
      },
      onConfirmed: (connection) => this.#dialled.get(connection)?.onConfirmed(),
      onClosed: (connection, reason) => this.#closed(connection, reason),
      onOpened: (connection, stream) => this.#opened(session(connection), stream),
      onReadable: (connection, stream) => session(connection)?.onReadable(stream),
      onWritable: (connection, stream) => session(connection)?.onWritable(stream),
      onDelivered: (connection, stream) => session(connection)?.onDelivered(stream),
      onStopped: (connection, stream, code) => session(connection)?.onStopped(stream, code),
      onStreamsAvailable: (connection) => session(connection)?.onStreamsAvailable(),
      onDatagram: (connection, payload) => session(connection)?.receiveDatagram(payload),
      onStalled: (connection) => {
        const stalled = session(connection)
        if (stalled === undefined) return
        this.#log('debug', 'session stalled', stalled)
        network.forgetCoordinates(stalled.remoteKey)
      },
    }
  }

  #opened(session: QuicSession | undefined, stream: number): void {
    if (session === undefined) return
    session.onOpened(stream)
    if (!session.isDialled || session.isAttended) return
    if (this.#listeners.get(session.protocol)?.offer(session)) session.attend()
  }

  /** The other side has forgotten these, and our keeping them alive would keep them for ever. */
  #retireAccepted(key: Key, protocol: string): void {
    for (const session of this.#sessions.values()) {
      if (!session.isDialled && session.protocol === protocol && session.remoteKey.equals(key))
        session.retire()
    }
  }

  #accept(connection: number, remote: Key, protocol: string): void {
    const session = this.#add(connection, remote, protocol, false)
    const listener = this.#listeners.get(protocol)
    if (listener?.offer(session)) return
    void session.close({ code: CloseCode.busy, text: 'busy' })
    this.#log('warn', 'session turned away: too many wait for the listener', session)
  }

  #add(connection: number, remoteKey: Key, protocol: string, isDialled: boolean): QuicSession {
    const session = new QuicSession({
      driver: this.#driver,
      clock: this.#clock,
      connection,
      remoteKey,
      protocol,
      isDialled,
    })
    this.#sessions.set(connection, session)
    this.#log('debug', 'session opened', session)
    return session
  }

  #closed(connection: number, reason: CloseReason): void {
    const session = this.#sessions.get(connection)
    if (session === undefined) return
    const dial = this.#dialled.get(connection)
    this.#sessions.delete(connection)
    this.#dialled.delete(connection)
    session.onClosed(reason.by === 'us' ? undefined : sessionError(reason, session.remoteKey))
    dial?.onClosed(reason)
    this.#log('debug', 'session ended', session, { reason })
  }

  #check(protocol: string): void {
    if (this.#closing !== undefined) throw sessionsClosed()
    const { length } = new TextEncoder().encode(protocol)
    if (length === 0 || length > 255) {
      throw new SessionError('bad-protocol', `a protocol's name has 1 to 255 bytes, not ${length}`)
    }
  }

  #log(level: LogLevel, message: string, session: Session, fields: Record<string, unknown> = {}): void {
    if (!this.#logger.enabled(level)) return
    this.#logger.log(level, message, { key: session.remoteKey.hex, protocol: session.protocol, ...fields })
  }
}

function dialId(key: Key, protocol: string): string {
  return `${key.hex}/${protocol}`
}

function platformRandom(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}
