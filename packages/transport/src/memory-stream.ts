// Two ends of a link in memory, driven by a clock: what tests and the simulator connect routers with.
import { type Clock, systemClock, type TimerHandle } from '@snek/platform'
import { type ByteStream, type ByteStreamHandlers, CLOSE_LIMIT } from './byte-stream.ts'
import { TransportError } from './errors.ts'

export interface StreamPairOptions {
  /** The system's by default. */
  clock?: Clock
  /** One way, in milliseconds; 0 by default. */
  latency?: number
  /** Bytes on their way in one direction before `write` returns false; 256 KiB by default. */
  capacity?: number
  /**
   * Makes a rude stream of it: what was written is joined and cut at random places, and a chunk's memory is
   * overwritten as soon as it was delivered.
   */
  random?: (length: number) => Uint8Array
  /** Where each of the two leads. */
  uris?: readonly [string, string]
}

export interface StreamPair {
  readonly streams: readonly [ByteStream, ByteStream]
  /** Loses the link: what is on its way is gone, and both sides close with `connection-lost`. */
  cut(): void
}

/** A link in memory. Nothing happens but in the clock's callbacks. */
export function createStreamPair(options: StreamPairOptions = {}): StreamPair {
  const link: Link = {
    clock: options.clock ?? systemClock(),
    latency: options.latency ?? 0,
    capacity: options.capacity ?? 256 * 1024,
    random: options.random,
  }
  const [nearUri, farUri] = options.uris ?? ['memory:far', 'memory:near']
  const near = new MemoryStream(link, nearUri)
  const far = new MemoryStream(link, farUri)
  near.join(far)
  far.join(near)
  return {
    streams: [near, far],
    cut: () => {
      near.lose()
      far.lose()
    },
  }
}

interface Link {
  readonly clock: Clock
  readonly latency: number
  readonly capacity: number
  readonly random: ((length: number) => Uint8Array) | undefined
}

interface Arrival {
  bytes: Uint8Array
  readonly due: number
}

class MemoryStream implements ByteStream {
  readonly uri: string
  readonly #link: Link
  #peer: MemoryStream = this
  #handlers: ByteStreamHandlers | undefined
  /** `closing`: this side called `close`. `closed`: over, and told so once there are handlers. */
  #state: 'open' | 'closing' | 'closed' = 'open'
  #error: TransportError | undefined
  readonly #arriving: Arrival[] = []
  #buffered = 0
  #endsAt: number | undefined
  #wantsDrain = false
  #timer: TimerHandle | undefined
  #closeTimer: TimerHandle | undefined

  constructor(link: Link, uri: string) {
    this.#link = link
    this.uri = uri
  }

  join(peer: MemoryStream): void {
    this.#peer = peer
  }

  start(handlers: ByteStreamHandlers): void {
    this.#handlers = handlers
    if (this.#state === 'closed') this.#tellClosed()
    else this.#schedule()
  }

  write(chunk: Uint8Array): boolean {
    const peer = this.#peer
    if (this.#state !== 'open' || peer.#state === 'closed') return false
    if (peer.#state === 'closing') return true
    if (chunk.length > 0) {
      peer.#arriving.push({ bytes: chunk.slice(), due: this.#link.clock.now() + this.#link.latency })
      peer.#buffered += chunk.length
      peer.#schedule()
    }
    this.#wantsDrain ||= peer.#buffered >= this.#link.capacity
    return !this.#wantsDrain
  }

  close(): void {
    if (this.#state !== 'open') return
    const { clock, latency } = this.#link
    this.#state = 'closing'
    this.#discard()
    this.#peer.#endsAt = clock.now() + latency
    this.#peer.#schedule()
    this.#closeTimer = clock.setTimeout(() => {
      const unread = new TransportError('connection-lost', `${this.#peer.uri} closed before all was read`)
      this.#peer.#finish(unread)
      this.#finish()
    }, latency + CLOSE_LIMIT)
  }

  lose(): void {
    if (this.#state === 'closed') return
    this.#finish(new TransportError('connection-lost', `${this.uri}: the link was lost`), 'later')
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#state === 'closed') return
    if (this.#handlers === undefined && this.#state === 'open') return
    const due = this.#arriving[0]?.due ?? this.#endsAt ?? (this.#drainable() ? 0 : undefined)
    if (due === undefined) return
    const { clock } = this.#link
    this.#timer = clock.setTimeout(() => this.#deliver(), Math.max(0, due - clock.now()))
  }

  #deliver(): void {
    this.#timer = undefined
    const now = this.#link.clock.now()
    for (let chunk = this.#take(now); chunk !== undefined; chunk = this.#take(now)) {
      this.#handlers?.onData(chunk)
      if (this.#link.random !== undefined) chunk.fill(0)
    }
    if (this.#drainable()) this.#drain()
    if (this.#peer.#drainable()) this.#peer.#drain()
    if (this.#endsAt !== undefined && this.#endsAt <= now && this.#arriving.length === 0) {
      this.#finish()
      this.#peer.#finish()
    }
    this.#schedule()
  }

  /** The next piece that is due, or undefined. */
  #take(now: number): Uint8Array | undefined {
    const first = this.#arriving[0]
    if (first === undefined || first.due > now) return undefined
    if (this.#link.random === undefined) {
      this.#arriving.shift()
      this.#buffered -= first.bytes.length
      return first.bytes
    }
    return this.#takeFragment(this.#link.random, now)
  }

  #takeFragment(random: (length: number) => Uint8Array, now: number): Uint8Array {
    const [low = 0, high = 0, scale = 0] = random(3)
    // Short pieces must be as likely as long ones: 1 to 2^k bytes, k from 0 to 16.
    const fragment = new Uint8Array(1 + ((low | (high << 8)) & ((1 << (scale % 17)) - 1)))
    let length = 0
    for (let next = this.#arriving[0]; next !== undefined && next.due <= now; next = this.#arriving[0]) {
      const part = next.bytes.subarray(0, fragment.length - length)
      fragment.set(part, length)
      length += part.length
      next.bytes = next.bytes.subarray(part.length)
      if (next.bytes.length > 0) break
      this.#arriving.shift()
    }
    this.#buffered -= length
    return fragment.subarray(0, length)
  }

  #drainable(): boolean {
    return this.#wantsDrain && this.#state === 'open' && this.#peer.#buffered <= this.#link.capacity / 2
  }

  #drain(): void {
    if (this.#handlers === undefined) return
    this.#wantsDrain = false
    this.#handlers.onDrain()
  }

  #discard(): void {
    this.#arriving.length = 0
    this.#buffered = 0
  }

  #finish(error?: TransportError, when: 'now' | 'later' = 'now'): void {
    if (this.#state === 'closed') return
    const { clock } = this.#link
    this.#state = 'closed'
    this.#error = error
    this.#discard()
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer)
    if (this.#closeTimer !== undefined) clock.clearTimeout(this.#closeTimer)
    if (this.#handlers === undefined) return
    if (when === 'now') this.#handlers.onClose(error)
    else this.#tellClosed()
  }

  #tellClosed(): void {
    this.#link.clock.setTimeout(() => this.#handlers?.onClose(this.#error), 0)
  }
}
