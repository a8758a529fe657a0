// Keeps an endpoint going: packets in, packets out, one flush per turn of the event loop, one timer.
import type { Clock, TimerHandle } from '@snek/platform'
import type { Key } from '@snek/wire'
import type { QuicEndpoint } from './engine/endpoint.ts'
import type { ConnectionEvents } from './engine/events.ts'
import { sessionsClosed } from './errors.ts'
import type { DatagramNetwork, SendResult } from './network.ts'

export interface DriverHandlers extends ConnectionEvents {
  /** Whose connection it is, if that is known here. */
  keyOf(connection: number): Key | undefined
  /** What became of a packet. Whatever didn't go out is lost, and QUIC repeats it. */
  onSent(connection: number, result: SendResult): void
}

/** What went wrong with packets on this node. */
export interface DriverCounters {
  /** Packets that the network didn't take. */
  readonly packetsUnsent: number
  /** Packets that came while too many were waiting. */
  readonly packetsDropped: number
}

export class Driver {
  readonly #endpoint: QuicEndpoint
  readonly #network: DatagramNetwork
  readonly #clock: Clock
  readonly #handlers: DriverHandlers
  #scheduled = false
  #flushing = false
  #closed = false
  #timer: TimerHandle | undefined
  /** When the timer is due. */
  #due = Number.POSITIVE_INFINITY
  #unsent = 0
  #dropped = 0

  constructor(endpoint: QuicEndpoint, network: DatagramNetwork, clock: Clock, handlers: DriverHandlers) {
    this.#endpoint = endpoint
    this.#network = network
    this.#clock = clock
    this.#handlers = handlers
    network.onDatagram = (from, payload) => this.#receive(from, payload)
  }

  get now(): number {
    return this.#clock.now()
  }

  get counters(): DriverCounters {
    return { packetsUnsent: this.#unsent, packetsDropped: this.#dropped }
  }

  /** The endpoint, to be called now. What it has to send then goes out at the end of this turn. */
  call(): QuicEndpoint {
    if (this.#closed) throw sessionsClosed()
    this.#schedule()
    return this.#endpoint
  }

  /** Sends what is to be sent, and stops. */
  close(): void {
    if (this.#closed) return
    this.#flush()
    this.#closed = true
    this.#network.onDatagram = () => undefined
    this.#arm(Number.POSITIVE_INFINITY)
    this.#endpoint.free()
  }

  #receive(from: Key, payload: Uint8Array): void {
    this.#schedule()
    if (this.#endpoint.push(from, payload)) return
    // While packets are sent from the endpoint's memory, it mustn't be called.
    if (!this.#flushing) this.#endpoint.receive(this.now)
    if (this.#flushing || !this.#endpoint.push(from, payload)) this.#dropped += 1
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      if (!this.#closed) this.#flush()
    })
  }

  #flush(): void {
    let more = true
    this.#flushing = true
    try {
      while (more) {
        const now = this.now
        this.#endpoint.receive(now)
        more = this.#endpoint.pump(now)
        this.#endpoint.packets(this.#handlers.keyOf, this.#send)
        this.#endpoint.events(this.#handlers)
      }
    } finally {
      this.#flushing = false
    }
    this.#arm(this.#endpoint.nextTimeout)
  }

  readonly #send = (connection: number, to: Key, packet: Uint8Array): void => {
    const result = this.#network.send(to, packet)
    if (result !== 'sent') this.#unsent += 1
    this.#handlers.onSent(connection, result)
  }

  /** A timer that is due earlier stays: there will be nothing to do, and it is set anew. */
  #arm(due: number): void {
    if (this.#timer !== undefined) {
      if (this.#due <= due && due !== Number.POSITIVE_INFINITY) return
      this.#clock.clearTimeout(this.#timer)
      this.#timer = undefined
    }
    if (due === Number.POSITIVE_INFINITY) return
    this.#due = due
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined
        this.#flush()
      },
      Math.max(0, due - this.now),
    )
  }
}
