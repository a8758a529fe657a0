// Messages between all nodes, all the time: each comes back from the other end as it was sent, or counts as lost.
import { timingSafeEqual } from 'node:crypto'
import type { IncomingStreams, PeerStream } from '@snek/node'
import { openPing } from '@snek/node/ping'
import type { Clock } from '@snek/platform'
import type { Key } from '@snek/wire'
import type { SoakNetwork } from './network.ts'
import type { SoakNode } from './soak-node.ts'

const PROTOCOL = 'soak'
/** ms in which a message must be there and back, whatever becomes of links and sessions meanwhile. */
const DEADLINE = 60_000
/** ms between two messages of a node, on average. */
const PAUSE = 3000
/** Bytes of a message: most are short. */
const LENGTHS = [100, 1000, 10_000, 100_000] as const
/** Of pairs of nodes that ping each other over one session for as long as it lives, and ms from one to the next. */
const PINGERS = 4
const PING_INTERVAL = 1000

export class Traffic {
  delivered = 0
  bytes = 0
  pings = 0
  /** Sessions that were lost on the way; the message went by another one. */
  retries = 0
  /** What was not delivered, or not as it was sent. */
  readonly failures: string[] = []
  /** ms there and back, of each. */
  readonly times: number[] = []
  readonly #network: SoakNetwork
  readonly #random: () => number
  readonly #clock: Clock
  readonly #listeners: IncomingStreams[] = []
  readonly #senders: Promise<void>[] = []
  readonly #stopping = new AbortController()

  private constructor(network: SoakNetwork, random: () => number, clock: Clock) {
    this.#network = network
    this.#random = random
    this.#clock = clock
  }

  static async start(network: SoakNetwork, random: () => number, clock: Clock): Promise<Traffic> {
    const traffic = new Traffic(network, random, clock)
    for (const { admin } of network.nodes) {
      const listener = await admin.listen(PROTOCOL)
      traffic.#listeners.push(listener)
      void traffic.#echo(listener)
    }
    for (const node of network.nodes) traffic.#senders.push(traffic.#sendAll(node))
    for (const [index, node] of network.nodes.slice(0, PINGERS).entries()) {
      const other = network.nodes.at(-1 - index) as SoakNode
      traffic.#senders.push(traffic.#pingAll(node, other))
    }
    return traffic
  }

  /** Resolves when what is on its way has arrived. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#senders)
    await Promise.all(this.#listeners.map((listener) => listener.close()))
  }

  async #echo(listener: IncomingStreams): Promise<void> {
    try {
      for await (const stream of listener) {
        stream.readable.pipeTo(stream.writable).then(
          () => stream.close().catch(() => undefined),
          (error) => stream.close(error),
        )
      }
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.failures.push(`nobody listens: ${(error as Error).message}`)
    }
  }

  async #sendAll(from: SoakNode): Promise<void> {
    const others = this.#network.nodes.filter((node) => node !== from)
    for (;;) {
      await this.#pause(2 * PAUSE * this.#random())
      if (this.#stopping.signal.aborted) return
      const to = others[Math.floor(this.#random() * others.length)] as SoakNode
      const length = LENGTHS[Math.floor(this.#random() ** 2 * LENGTHS.length)] as number
      const start = performance.now()
      const failure = await this.#deliver(from, to, this.#message(length))
      if (failure !== undefined) {
        this.failures.push(`${from.name} to ${to.name}, ${length} bytes: ${failure}`)
        continue
      }
      this.delivered += 1
      this.bytes += 2 * length
      this.times.push(performance.now() - start)
    }
  }

  /** Why it couldn't be delivered. */
  async #deliver(from: SoakNode, to: SoakNode, message: Uint8Array): Promise<string | undefined> {
    const signal = AbortSignal.timeout(DEADLINE)
    for (;;) {
      try {
        const echo = await exchange(from, to.admin.key, message, signal)
        if (echo.length === message.length && timingSafeEqual(echo, message)) return undefined
        return `${echo.length} bytes came back, and not those that were sent`
      } catch (error) {
        if (signal.aborted || !from.running || !to.running) return (error as Error).message
        this.retries += 1
        await this.#clockPause(1000)
      }
    }
  }

  /** A session that is lost is followed by another one, which must answer before the deadline. */
  async #pingAll(from: SoakNode, to: SoakNode): Promise<void> {
    let lost = performance.now()
    while (!this.#stopping.signal.aborted) {
      try {
        const ping = await openPing(from.admin, to.admin.key, { signal: AbortSignal.timeout(DEADLINE) })
        try {
          while (!this.#stopping.signal.aborted) {
            await ping.roundTrip({ signal: AbortSignal.timeout(DEADLINE) })
            this.pings += 1
            lost = performance.now()
            await this.#pause(PING_INTERVAL)
          }
          await ping.close()
        } catch (error) {
          await ping.close(error as Error)
          throw error
        }
      } catch (error) {
        if (performance.now() - lost > DEADLINE) {
          this.failures.push(`${from.name} pings ${to.name}: ${(error as Error).message}`)
          lost = performance.now()
        }
        this.retries += 1
        await this.#clockPause(1000)
      }
    }
  }

  #message(length: number): Uint8Array {
    const first = Math.floor(256 * this.#random())
    return Uint8Array.from({ length }, (_, at) => first + 7 * at + (at >> 8))
  }

  #clockPause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimeout(resolve, ms)
    })
  }

  /** Ends early when the traffic stops. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stopping
      const done = (): void => {
        this.#clock.clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = this.#clock.setTimeout(done, ms)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }
}

async function exchange(
  from: SoakNode,
  to: Key,
  message: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const stream = await from.admin.open(to, PROTOCOL, { signal })
  const abort = (): void => void stream.close(signal.reason as Error)
  signal.addEventListener('abort', abort)
  try {
    const [echo] = await Promise.all([new Response(stream.readable).bytes(), send(stream, message)])
    await stream.close()
    return echo
  } catch (error) {
    await stream.close(error as Error)
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function send(stream: PeerStream, message: Uint8Array): Promise<void> {
  const writer = stream.writable.getWriter()
  await writer.write(message)
  await writer.close()
}
