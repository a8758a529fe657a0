// Routers on a virtual clock, and strangers that write whatever a test wants.
import { createIdentity, type Identity } from '@snek/identity'
import type { Clock, LogLevel } from '@snek/platform'
import { seededRandom, VirtualClock } from '@snek/platform/testing'
import { type ByteStream, createStreamPair, type StreamPair } from '@snek/transport'
import { encodeFrame, encodeHandshake, FrameCutter, HANDSHAKE_LENGTH } from '@snek/wire'
import { expect } from 'vitest'
import { createRouter, type Peering, type PeerType, type Router, type RouterOptions } from '../src/index.ts'

export interface LogLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export const KEEPALIVE: Uint8Array = encodeFrame({ type: 'keepalive', extra: 0, hopLimit: 0 })

export class World {
  readonly clock: VirtualClock = new VirtualClock()
  readonly log: LogLine[] = []
  readonly #routers: Router[] = []

  async router(seed: number, options: Partial<RouterOptions> = {}): Promise<Router> {
    const router = await createRouter({
      identity: identity(seed),
      clock: this.clock,
      random: seededRandom(seed),
      logger: {
        enabled: () => true,
        log: (level, message, fields = {}) => this.log.push({ level, message, fields }),
      },
      ...options,
    })
    this.#routers.push(router)
    return router
  }

  /** Links two routers; their peerings, once both have shaken hands. */
  async link(
    a: Router,
    b: Router,
    options: { latency?: number; type?: PeerType; capacity?: number } = {},
  ): Promise<[Peering, Peering, StreamPair]> {
    const { latency = 5, type = 'remote', capacity = 1 << 18 } = options
    const pair = createStreamPair({ clock: this.clock, latency, capacity })
    const connecting = Promise.all([
      a.connect(pair.streams[0], { type }),
      b.connect(pair.streams[1], { type }),
    ])
    this.clock.advance(4 * latency + 1)
    return [...(await connecting), pair]
  }

  /** A stranger at the other end of a new stream to a router. */
  stranger(router: Router, options: StrangerOptions = {}): Stranger {
    return new Stranger(this.clock, router, options)
  }

  /** The codes in the log, of lines about peerings that ended or were refused. */
  reasons(): unknown[] {
    return this.log.flatMap(({ fields }) => ('code' in fields ? [fields['code']] : []))
  }

  /** Closes all routers, and insists that nothing is left. */
  async close(): Promise<void> {
    const closing = Promise.all(this.#routers.map((router) => router.close()))
    this.clock.advance(3000)
    await closing
    expect(this.clock.pendingTimers).toBe(0)
  }
}

export interface StrangerOptions {
  /** What the router is told of its end. */
  readonly uri?: string
  readonly type?: PeerType
  readonly dialled?: boolean
  readonly signal?: AbortSignal
}

export class Stranger {
  readonly stream: ByteStream
  readonly pair: StreamPair
  readonly connecting: Promise<Peering>
  /** Frames that came after the handshake. */
  readonly frames: Uint8Array[] = []
  readonly #cutter = new FrameCutter((frame) => this.frames.push(frame))
  #toSkip = HANDSHAKE_LENGTH
  /** Whether the router closed the stream. */
  closed = false

  constructor(
    clock: Clock,
    router: Router,
    { uri = 'memory:stranger', type = 'remote', dialled = false, signal }: StrangerOptions,
  ) {
    this.pair = createStreamPair({ clock, latency: 1, uris: [uri, 'memory:router'] })
    this.stream = this.pair.streams[1]
    this.connecting = router.connect(this.pair.streams[0], { type, dialled, ...(signal && { signal }) })
    // Whoever expects a refusal says so.
    this.connecting.catch(() => undefined)
    this.stream.start({
      onData: (chunk) => this.#receive(chunk),
      onDrain: () => undefined,
      onClose: () => {
        this.closed = true
      },
    })
  }

  /** A plain handshake. */
  introduce(as: Identity): this {
    return this.send(encodeHandshake(as))
  }

  send(...chunks: readonly Uint8Array[]): this {
    for (const chunk of chunks) this.stream.write(Uint8Array.from(chunk))
    return this
  }

  #receive(chunk: Uint8Array): void {
    const skipped = Math.min(this.#toSkip, chunk.length)
    this.#toSkip -= skipped
    this.#cutter.push(chunk.subarray(skipped))
  }
}

export function identity(seed: number): Identity {
  return createIdentity({ seed: new Uint8Array(32).fill(seed & 0xff).fill(seed >> 8, 1, 2) })
}
