// The two planes joined: peerings and time go in, frames and events come out.
import { type ForwardingPlane, loadForwarding, type SendResult } from '@snek/forwarding'
import { loadVerifier, type Verifier, verifierBy } from '@snek/identity'
import {
  type Clock,
  SnekError,
  silentLogger,
  systemClock,
  type TimerHandle,
  TypedEventTarget,
} from '@snek/platform'
import { type ByteStream, fromWebStreams, type WebStreams } from '@snek/transport'
import { CHALLENGE_LENGTH, encodeFrame, encodeHandshake, type Key } from '@snek/wire'
import { BandwidthMeter } from './bandwidth.ts'
import { ControlPlane } from './control-plane.ts'
import { PeeringError } from './errors.ts'
import type { RouterEvents } from './events.ts'
import type { HandshakerOptions } from './handshaker.ts'
import { LimitedLog } from './limited-log.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { Links } from './links.ts'
import type { ConnectOptions, RouterOptions } from './options.ts'
import type { Output } from './outputs.ts'
import { Link, type LinkHandlers, PEER_TYPES, type Peering } from './peering.ts'
import { type RouterSnapshot, takeSnapshot } from './snapshot.ts'

/** The control plane's work is interrupted after so many ms, so that frames needn't wait for it. */
const TURN_LIMIT = 2

/** A timer that is later than this, in ms, had to wait for other work: that of frames. */
const BUSY_LATENESS = 2

/** Who gets so many bytes at once has more to read than it keeps up with, or nearly. */
const BUSY_CHUNK = 16 * 1024

/**
 * While there is other work, the control plane's turns begin so many ms apart: it gets a tenth of the time, however
 * many peers make work for it.
 */
const TURN_INTERVAL = 20

/**
 * After so many ms in which nothing ran, because the machine slept or was busy, what peers sent meanwhile is read
 * before they are called silent.
 */
const STALL_LIMIT = 1000

/** How long queued frames may take to leave when the router is closed, in ms. */
const DRAIN_LIMIT = 1000

const KEEPALIVE: Uint8Array = encodeFrame({ type: 'keepalive', extra: 0, hopLimit: 0 })

/** Starts a router without peers. */
export async function createRouter(options: RouterOptions): Promise<Router> {
  const { identity, hopLimiting = false, limits = {}, verify } = options
  const [forwarding, verifier] = await Promise.all([
    loadForwarding(),
    verify ? verifierBy(verify) : loadVerifier(),
  ])
  return new Router(forwarding.createPlane({ key: identity.key, hopLimiting, limits }), verifier, options)
}

/**
 * A node of the overlay network: it keeps its place in the spanning tree and in the virtual snake, and passes
 * frames on (PROTOCOL.md sections 2 to 5). Streams to peers are given to it; it dials and listens for none.
 */
export class Router extends TypedEventTarget<RouterEvents> {
  /**
   * Called with each datagram for this node. `payload` is valid during the call. A property, not an event:
   * this is the hot path.
   */
  onDatagram: (from: Key, payload: Uint8Array) => void = () => undefined
  readonly key: Key
  readonly #clock: Clock
  readonly #log: LimitedLog
  readonly #plane: ForwardingPlane
  readonly #control: ControlPlane
  readonly #links: Links
  readonly #bandwidth: BandwidthMeter
  readonly #linkHandlers: LinkHandlers
  readonly #newHandshake: () => HandshakerOptions
  /** The time of what is being handled. */
  #now: number
  #timer: TimerHandle | undefined
  /** When the timer is due. */
  #due = Number.POSITIVE_INFINITY
  /** Whether the last turn was put off to read first. */
  #isLate = false
  /** When the control plane last began to work. */
  #turnBegan = Number.NEGATIVE_INFINITY
  /** Whether much was read since. */
  #isBusy = false
  #refused = 0
  #isClosing = false
  #closing: Promise<void> | undefined
  /** Frames left a queue, or were given up with their peering. */
  #onDrain: () => void = () => undefined

  /** @internal */
  constructor(plane: ForwardingPlane, verifier: Verifier, options: RouterOptions) {
    super()
    const { identity, clock = systemClock(), logger = silentLogger, random = platformRandom } = options
    const limits = { ...DEFAULT_LIMITS, ...options.limits }
    const [fraction = 0] = random(1)
    const { requireChallenge = false } = options
    const handshake = encodeHandshake(identity, { challenge: true })
    this.#newHandshake = () => ({
      signer: identity,
      handshake,
      verify: verifier.verify,
      challenge: random(CHALLENGE_LENGTH),
      requireChallenge,
    })
    this.key = identity.key
    this.#clock = clock
    this.#now = clock.now()
    this.#log = new LimitedLog(logger, this.#now)
    this.#plane = plane
    this.#links = new Links(limits)
    this.#bandwidth = new BandwidthMeter(this.#now)
    this.#control = new ControlPlane({
      signer: identity,
      verifier,
      tables: plane,
      limits,
      wakeUpBroadcasts: options.wakeUpBroadcasts ?? false,
      now: this.#now,
      phase: (fraction + 1) / 256,
    })
    plane.handlers = {
      onOutput: (port, chunk) => this.#write(port, chunk),
      onControlFrame: (port, frame) => this.#control.handleFrame(port, frame, this.#now),
      onDatagram: (from, payload) => this.onDatagram(from, payload),
      onPeerError: (port, error) => this.#links.get(port)?.end(error),
    }
    this.#linkHandlers = {
      admit: (link, key) => this.#links.admit(link, key),
      onStart: (link) => this.#start(link),
      onBytes: (link, chunk) => this.#receive(link, chunk),
      onDrain: (link) => {
        this.#plane.setWritable(link.port, true)
        this.#onDrain()
      },
      onIdle: (link) => this.#plane.sendControl(link.port, KEEPALIVE),
      onEnd: (link, error) => this.#end(link, error),
      onClosed: (link) => this.#links.forget(link),
    }
    this.#perform()
    this.#wakeAt(this.#control.nextTimeout())
  }

  /**
   * Peers over a stream, which it takes over whatever comes of it. Resolves after the handshake. Rejects with
   * a `WireError` for a peer that speaks another protocol or is ourselves, a `PeeringError` (`handshake-timeout`
   * after 10 s, `handshake-cut`, `challenge-required`, one of `RouterLimits`, `router-closed`), a
   * `TransportError`, or the signal's reason.
   */
  async connect(stream: ByteStream | WebStreams, options: ConnectOptions): Promise<Peering> {
    const { type, zone, dialled = false, signal } = options
    const given = options.uri ?? (zone === undefined ? `${type}:` : `${type}:${zone}`)
    const bytes = 'readable' in stream ? fromWebStreams(stream, given, this.#clock) : stream
    this.#now = this.#clock.now()
    const uri = options.uri ?? bytes.uri
    const link = new Link(bytes, { type, zone, uri, dialled }, this.#linkHandlers, this.#now)
    const onAbort = (): void => link.end(asError(signal?.reason))
    link.start(this.#newHandshake(), this.#admit(link))
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort)
    this.#wakeAt(link.nextTimeout())
    try {
      await link.ready
      return link
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Sends a datagram to a node. `sent` doesn't say that it arrives. */
  send(key: Key, payload: Uint8Array): SendResult {
    this.#now = this.#clock.now()
    return this.#plane.send(key, payload, this.#now)
  }

  /** Frames to that node go by snake until it is heard from: for when it doesn't seem to get them. */
  forgetCoordinates(key: Key): void {
    if (!this.#isClosing) this.#plane.forgetCoordinates(key)
  }

  /** Throws a PeeringError `router-closed` once the router is closed. */
  snapshot(): RouterSnapshot {
    if (this.#isClosing) throw closedError()
    const now = this.#clock.now()
    const counters = { peerings_refused: this.#refused, handshakes: this.#links.handshakes }
    return takeSnapshot(this.key, this.#control, this.#plane, this.#links.started, counters, now)
  }

  /**
   * Lets frames that are queued leave, ends all peerings in order and stops. Resolves when all streams are
   * closed, after two seconds at most.
   */
  close(): Promise<void> {
    this.#isClosing = true
    this.#closing ??= new Promise((resolve) => this.#drain(() => resolve(this.#shutDown())))
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #shutDown(): Promise<void> {
    const links = [...this.#links.all]
    for (const link of links) link.end(link.isStarted ? undefined : closedError())
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#plane.close()
    await Promise.allSettled(links.map((link) => link.closed))
  }

  /** Whether frames wait for peers to read. */
  #isQueued(): boolean {
    return [...this.#links.started].some(({ port }) => this.#plane.portCounters(port).queuedFrames > 0)
  }

  /** Goes on when nothing is queued any more, after `DRAIN_LIMIT` at the latest. */
  #drain(goOn: () => void): void {
    if (!this.#isQueued()) return goOn()
    const limit = this.#clock.setTimeout(() => end(), DRAIN_LIMIT)
    const end = (): void => {
      this.#clock.clearTimeout(limit)
      this.#onDrain = () => undefined
      goOn()
    }
    this.#onDrain = () => {
      if (!this.#isQueued()) end()
    }
  }

  #admit(link: Link): PeeringError | undefined {
    const refusal = this.#links.add(link)
    return this.#isClosing ? closedError() : refusal
  }

  #start(link: Link): void {
    const { key, port, type, uri, zone } = link
    this.#now = this.#clock.now()
    link.heard(this.#now)
    this.#control.addPeer(port, key, PEER_TYPES[type], this.#now)
    this.#log.log('info', 'peering started', { uri, key: key.short(), port, type }, this.#now)
    this.dispatch('peeradded', { port, key, type, uri, zone })
    this.#perform()
    this.#wakeAt(link.nextTimeout())
  }

  #receive(link: Link, chunk: Uint8Array): void {
    this.#now = this.#clock.now()
    link.heard(this.#now)
    this.#isBusy ||= chunk.length >= BUSY_CHUNK
    this.#plane.receive(link.port, chunk, this.#now)
    this.#perform()
    this.#wakeAt(this.#control.nextTimeout())
  }

  #write(port: number, chunk: Uint8Array): void {
    if (this.#links.get(port)?.write(chunk, this.#now) === false) this.#plane.setWritable(port, false)
  }

  #end(link: Link, error: Error | undefined): void {
    const { port, uri } = link
    const now = this.#clock.now()
    const code = error instanceof SnekError ? error.code : error?.name
    const reason = error && { code, reason: error.message }
    this.#links.end(link)
    this.#onDrain()
    if (port === 0) {
      this.#refused += 1
      this.#log.log('warn', 'peering refused', { uri, ...reason }, now)
      return
    }
    const { key } = link
    if (!this.#isClosing) {
      this.#bandwidth.forget(port)
      this.#control.removePeer(port, now)
    }
    this.#log.log(error ? 'warn' : 'info', 'peering ended', { uri, key: key.short(), ...reason }, now)
    this.dispatch('peerremoved', { port, key, uri, error })
    this.#perform()
  }

  /** Does what the control plane wants done. */
  #perform(): void {
    for (let output = this.#control.poll(); output !== undefined; output = this.#control.poll()) {
      this.#performOne(output)
    }
  }

  #performOne(output: Output): void {
    if (this.#isClosing) return
    switch (output.type) {
      case 'send':
        return this.#plane.sendControl(output.port, output.frame)
      case 'event':
        return this.dispatch(output.event.name, output.event.detail)
      case 'end':
        return this.#links.get(output.port)?.end(output.error)
    }
  }

  /** Sees to it that the timer is due then, or before. */
  #wakeAt(time: number): void {
    const now = this.#clock.now()
    const due = Math.max(time, now)
    // One that is due already isn't put off by chunks that come before it fires.
    if (due >= this.#due || this.#isClosing) return
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#due = due
    this.#timer = this.#clock.setTimeout(() => this.#wake(), this.#due - now)
  }

  #wake(): void {
    const now = this.#clock.now()
    const lateness = now - this.#due
    this.#isLate = lateness > STALL_LIMIT && !this.#isLate
    const isBusy = this.#isBusy || lateness > BUSY_LATENESS
    const isNext = !isBusy || now >= this.#turnBegan + TURN_INTERVAL
    this.#timer = undefined
    this.#due = Number.POSITIVE_INFINITY
    this.#now = now
    if (this.#isLate) this.#wakeAt(now)
    else if (!isNext) this.#wakeAt(this.#turnBegan + TURN_INTERVAL)
    else this.#handleTimeouts(now)
  }

  #handleTimeouts(now: number): void {
    for (const link of this.#links.all) link.handleTimeout(now)
    if (now >= this.#bandwidth.nextReport) {
      this.dispatch('bandwidth', { peers: this.#bandwidth.report(this.#links.started, this.#plane, now) })
    }
    this.#control.handleTimeout(now)
    this.#perform()
    this.#turnBegan = now
    this.#isBusy = false
    while (this.#control.work(now) && this.#clock.now() - now < TURN_LIMIT) this.#perform()
    this.#perform()
    let next = Math.min(this.#control.nextTimeout(), this.#bandwidth.nextReport)
    for (const link of this.#links.all) next = Math.min(next, link.nextTimeout())
    this.#wakeAt(next)
  }
}

function platformRandom(length: number): Uint8Array {
  // biome-ignore lint/style/noRestrictedGlobals: what is taken where no other randomness is given
  return crypto.getRandomValues(new Uint8Array(length))
}

function closedError(): PeeringError {
  return new PeeringError('router-closed', 'the router is closed')
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
