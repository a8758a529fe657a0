// Peers that are known by URI: dialled, and dialled again.
import { type Clock, type Logger, silentLogger, systemClock, TypedEventTarget } from '@snek/platform'
import { type ByteStream, selectTransport, type Transport, TransportError } from '@snek/transport'
import type { Key } from '@snek/wire'
import { backoff } from './backoff.ts'

/** What static peers need of a router; `Router` has it. */
export interface PeerRouter {
  /** Takes the stream over, whatever comes of it. */
  connect(
    stream: ByteStream,
    options: { type: 'remote'; uri: string; dialled: true; signal: AbortSignal },
  ): Promise<{ readonly key: Key; readonly closed: Promise<void> }>
}

export interface StaticPeersOptions {
  router: PeerRouter
  transports: readonly Transport[]
  clock?: Clock
  logger?: Logger
  /** Spreads retries; the platform's by default. */
  random?: (length: number) => Uint8Array
}

export interface StaticPeerStatus {
  readonly uri: string
  readonly state: 'dialling' | 'connected' | 'waiting'
  /** While connected. */
  readonly key?: Key
  /** While waiting: when it is dialled next, in the clock's milliseconds. */
  readonly retryAt?: number
  /** Attempts that failed since the last peering. */
  readonly failures: number
  /** Why the last attempt or peering ended, unless it ended in order. */
  readonly error?: Error
}

export interface StaticPeerEvents {
  statuschange: StaticPeerStatus
}

/** How long a dial may take, in milliseconds; the handshake has a limit of its own. */
const DIAL_LIMIT = 10_000

/**
 * Keeps peerings with the peers at `uris`: dials at once, and again as `backoff` says when a dial failed or
 * a peering ended. Throws `TransportError` for a URI that no transport carries.
 */
export function staticPeers(options: StaticPeersOptions, uris: readonly string[]): StaticPeers {
  return new StaticPeers(options, uris)
}

export class StaticPeers extends TypedEventTarget<StaticPeerEvents> {
  readonly #peers: readonly StaticPeer[]

  constructor(options: StaticPeersOptions, uris: readonly string[]) {
    super()
    const context: Context = {
      router: options.router,
      clock: options.clock ?? systemClock(),
      logger: options.logger ?? silentLogger,
      random: options.random ?? ((length) => crypto.getRandomValues(new Uint8Array(length))),
      report: (status) => this.dispatch('statuschange', status),
    }
    const chosen = [...new Set(uris)].map((uri) => ({ uri, ...selectTransport(options.transports, uri) }))
    this.#peers = chosen.map(({ uri, url, transport }) => new StaticPeer(context, uri, url, transport))
    for (const peer of this.#peers) void peer.run()
  }

  /** One for each URI, in the order given. */
  get status(): readonly StaticPeerStatus[] {
    return this.#peers.map((peer) => peer.status)
  }

  /** Stops dialling. Peerings that exist stay, for they are the router's. */
  close(): void {
    for (const peer of this.#peers) peer.close()
  }
}

interface Context {
  readonly router: PeerRouter
  readonly clock: Clock
  readonly logger: Logger
  readonly random: (length: number) => Uint8Array
  report(status: StaticPeerStatus): void
}

class StaticPeer {
  readonly #context: Context
  readonly #uri: string
  readonly #url: URL
  readonly #transport: Transport
  #status: StaticPeerStatus
  #closed = false
  /** Ends what is being waited for. */
  #cancel: () => void = () => undefined

  constructor(context: Context, uri: string, url: URL, transport: Transport) {
    this.#context = context
    this.#uri = uri
    this.#url = url
    this.#transport = transport
    this.#status = { uri, state: 'dialling', failures: 0 }
  }

  get status(): StaticPeerStatus {
    return this.#status
  }

  close(): void {
    this.#closed = true
    this.#cancel()
  }

  async run(): Promise<void> {
    while (!this.#closed) {
      const { failures, error } = await this.#keepPeering()
      if (this.#closed) return
      const delay = backoff(failures, this.#context.random)
      const retryAt = this.#context.clock.now() + delay
      this.#become({ state: 'waiting', failures, retryAt, ...(error && { error }) }, delay)
      await this.#wait(delay)
    }
  }

  /** Dials, and waits for the end of the peering; says what came of it. */
  async #keepPeering(): Promise<Pick<StaticPeerStatus, 'failures' | 'error'>> {
    const { failures, error } = this.#status
    this.#become({ state: 'dialling', failures, ...(error && { error }) })
    try {
      const { key, closed } = await this.#connect()
      this.#become({ state: 'connected', key, failures: 0 })
      return await closed.then(
        () => ({ failures: 0 }),
        (reason: unknown) => ({ failures: 0, error: asError(reason) }),
      )
    } catch (reason) {
      return { failures: failures + 1, error: asError(reason) }
    }
  }

  async #connect(): ReturnType<PeerRouter['connect']> {
    const { clock, router } = this.#context
    const { signal, abort } = abortable()
    this.#cancel = abort
    const limit = clock.setTimeout(() => {
      abort(new TransportError('timed-out', `${this.#uri}: no answer within ${DIAL_LIMIT / 1000} s`))
    }, DIAL_LIMIT)
    try {
      const stream = await this.#transport.dial(this.#url, { signal })
      clock.clearTimeout(limit)
      return await router.connect(stream, { type: 'remote', uri: this.#uri, dialled: true, signal })
    } finally {
      clock.clearTimeout(limit)
    }
  }

  #wait(delay: number): Promise<void> {
    const { clock } = this.#context
    return new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, delay)
      this.#cancel = () => {
        clock.clearTimeout(timer)
        resolve()
      }
    })
  }

  #become(change: Omit<StaticPeerStatus, 'uri'>, delay = 0): void {
    const before = this.#status
    this.#status = { uri: this.#uri, ...change }
    this.#log(before, this.#status, delay)
    this.#context.report(this.#status)
  }

  /** A line for each change that an operator cares about; attempts that fail like the last one are no news. */
  #log(
    before: StaticPeerStatus,
    { uri, state, key, failures, error }: StaticPeerStatus,
    delay: number,
  ): void {
    const { logger } = this.#context
    if (state === 'connected') return logger.log('info', 'static peer connected', { uri, key: key?.short() })
    if (state === 'dialling') return logger.log('debug', 'dialling static peer', { uri })
    const retry = `${Math.round(delay / 1000)} s`
    if (failures === 0) {
      return logger.log('warn', 'static peer lost', { uri, retry, reason: error?.message ?? 'closed' })
    }
    const known = before.failures > 0 && codeOf(before.error) === codeOf(error)
    const level = known ? 'debug' : 'warn'
    logger.log(level, 'static peer could not be reached', { uri, retry, reason: error?.message })
  }
}

function abortable(): { signal: AbortSignal; abort: (reason?: unknown) => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}

function codeOf(error: Error | undefined): unknown {
  return error !== undefined && 'code' in error ? error.code : undefined
}
