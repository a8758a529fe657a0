// One link to a peer: handshake, keepalives, and what ends it (PROTOCOL.md section 2). Frames are the
// router's business.
import { SnekError } from '@snek/platform'
import type { ByteStream } from '@snek/transport'
import type { Key } from '@snek/wire'
import { PeeringError } from './errors.ts'
import { Handshaker, type HandshakerOptions } from './handshaker.ts'
import { hostOf } from './host.ts'

/** How long a handshake may take, in ms. */
export const HANDSHAKE_LIMIT = 10_000
/** A side that has sent nothing for so many ms sends a keepalive. */
export const KEEPALIVE_INTERVAL = 3000
/** A side that has heard nothing for so many ms ends the peering. */
export const SILENCE_LIMIT = 5000

const NOTHING = new Uint8Array()

/** Kinds of links and their numbers; the lower, the better. */
export const PEER_TYPES = { pipe: 0, multicast: 1, bonjour: 2, remote: 3, bluetooth: 4 } as const

export type PeerType = keyof typeof PEER_TYPES

/** A link to a peer, from the end of the handshake on. */
export interface Peering {
  /** The peer's. */
  readonly key: Key
  /** 1…253. */
  readonly port: number
  readonly type: PeerType
  /** Where the stream leads. */
  readonly uri: string
  /** The interface or network that it was found on, if that was said. */
  readonly zone: string | undefined
  /**
   * Resolves when the peering ended in order, on either side; rejects with what broke it: a `WireError`, a
   * `PeeringError` or a `TransportError`.
   */
  readonly closed: Promise<void>
  /** Ends it in order. */
  close(): void
}

/** Where a link leads, as far as its router must know. */
export interface LinkOptions {
  readonly type: PeerType
  readonly uri: string
  readonly zone: string | undefined
  readonly dialled: boolean
}

/** What a link tells its router. */
export interface LinkHandlers {
  /** A port for a peer that has proved its key. Throws a PeeringError if there is to be no peering. */
  admit(link: Link, key: Key): number
  /** The handshake is done. */
  onStart(link: Link): void
  onBytes(link: Link, chunk: Uint8Array): void
  onDrain(link: Link): void
  /** Nothing for so long that the peer needs a keepalive. */
  onIdle(link: Link): void
  /** Once, at the end of `link`'s use; its stream may still take a second to close. */
  onEnd(link: Link, error: Error | undefined): void
  /** Once, last. */
  onClosed(link: Link): void
}

export class Link implements Peering {
  readonly type: PeerType
  readonly uri: string
  readonly zone: string | undefined
  /** Whether we opened it. */
  readonly dialled: boolean
  /** The host at the other end, where there is one. */
  readonly address: string | undefined
  /** When it was made, in ms since the Unix epoch. */
  readonly started: number
  /** Resolves at the end of the handshake, rejects when there won't be one. */
  readonly ready: Promise<void>
  readonly closed: Promise<void>
  readonly #stream: ByteStream
  readonly #handlers: LinkHandlers
  #key: Key | undefined
  #port = 0
  #ended = false
  #error: Error | undefined
  #lastHeard: number
  #lastSent: number
  #isWritable = true
  #settleReady: Settle
  #settleClosed: Settle

  constructor(stream: ByteStream, options: LinkOptions, handlers: LinkHandlers, now: number) {
    const { type, uri, zone, dialled } = options
    this.type = type
    this.uri = uri
    this.zone = zone
    this.dialled = dialled
    this.address = hostOf(stream.uri)
    this.started = now
    this.#stream = stream
    this.#handlers = handlers
    this.#lastHeard = now
    this.#lastSent = now
    ;[this.ready, this.#settleReady] = settled()
    ;[this.closed, this.#settleClosed] = settled()
  }

  get key(): Key {
    if (this.#key === undefined) throw new TypeError('no key before the handshake')
    return this.#key
  }

  /** 0 until the handshake is done. */
  get port(): number {
    return this.#port
  }

  get isStarted(): boolean {
    return this.#port !== 0 && !this.#ended
  }

  /** Begins the handshake, or ends at once with a refusal. */
  start(options: HandshakerOptions, refusal?: PeeringError): void {
    const handshaker = new Handshaker(options, (bytes) => void this.#stream.write(bytes))
    this.#stream.start({
      onData: (chunk) => this.#receive(chunk, handshaker),
      onDrain: () => {
        this.#isWritable = true
        if (this.isStarted) this.#handlers.onDrain(this)
      },
      onClose: (error) => this.#closeDone(error),
    })
    if (refusal === undefined) handshaker.begin()
    else this.end(refusal)
  }

  /** As a ByteStream's. */
  write(chunk: Uint8Array, now: number): boolean {
    this.#lastSent = now
    this.#isWritable = this.#stream.write(chunk)
    return this.#isWritable
  }

  /** Something was heard. */
  heard(now: number): void {
    this.#lastHeard = now
  }

  /** When `handleTimeout` has something to do unless something is sent or heard, in ms since the Unix epoch. */
  nextTimeout(): number {
    if (this.#ended) return Number.POSITIVE_INFINITY
    if (!this.isStarted) return this.started + HANDSHAKE_LIMIT
    return Math.min(this.#lastSent + KEEPALIVE_INTERVAL, this.#lastHeard + SILENCE_LIMIT)
  }

  handleTimeout(now: number): void {
    if (now < this.nextTimeout()) return
    if (!this.isStarted) {
      const limit = `${HANDSHAKE_LIMIT / 1000} s`
      this.end(new PeeringError('handshake-timeout', `${this.uri}: no handshake within ${limit}`))
    } else if (now - this.#lastHeard >= SILENCE_LIMIT) {
      const limit = `${SILENCE_LIMIT / 1000} s`
      this.end(new PeeringError('peer-silent', `${this.uri}: nothing heard for ${limit}`))
    } else {
      this.#lastSent = now
      // What is full isn't idle: it has something to send.
      if (this.#isWritable) this.#handlers.onIdle(this)
    }
  }

  close(): void {
    this.end()
  }

  /** Ends it, for good: with an error, unless in order. */
  end(error?: Error): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    this.#stream.close()
    this.#settleReady(error ?? new PeeringError('handshake-cut', `${this.uri}: closed before the handshake`))
    this.#handlers.onEnd(this, error)
  }

  #receive(chunk: Uint8Array, handshaker: Handshaker): void {
    if (this.#ended) return
    const rest = this.isStarted ? chunk : this.#shakeHands(chunk, handshaker)
    if (rest.length > 0 && this.isStarted) this.#handlers.onBytes(this, rest)
  }

  /** What is left of the chunk. */
  #shakeHands(chunk: Uint8Array, handshaker: Handshaker): Uint8Array {
    try {
      const rest = handshaker.receive(chunk)
      if (handshaker.key === undefined) return rest
      this.#key = handshaker.key
      this.#port = this.#handlers.admit(this, this.#key)
      this.#handlers.onStart(this)
      this.#settleReady()
      return rest
    } catch (error) {
      if (!(error instanceof SnekError)) throw error
      this.end(error)
      return NOTHING
    }
  }

  #closeDone(error: Error | undefined): void {
    this.end(error)
    this.#settleClosed(this.#error)
    this.#handlers.onClosed(this)
  }
}

/** Resolves, or rejects with an error; only the first call counts. */
type Settle = (error?: Error) => void

function settled(): [Promise<void>, Settle] {
  let settle: Settle = () => undefined
  const promise = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error))
  })
  // Whoever wants to know asks; nobody has to.
  promise.catch(() => undefined)
  return [promise, settle]
}
