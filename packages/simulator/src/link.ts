import type { Clock } from '@snek/platform'
import type { Peering, PeerType } from '@snek/router'
import { createStreamPair, type StreamPair } from '@snek/transport'
import { Gate } from './gate.ts'
import type { SimulatedNode } from './node.ts'

export interface LinkOptions {
  /** One way, in ms. */
  readonly latency: number
  readonly type: PeerType
}

/** A link between two nodes, from the moment it is made until it is cut. */
export class SimulatedLink {
  readonly ends: readonly [SimulatedNode, SimulatedNode]
  /** One way, in ms. */
  readonly latency: number
  /** Both ends of the peering, once the handshake is done. */
  readonly peerings: Promise<readonly [Peering, Peering]>
  readonly #pair: StreamPair
  readonly #gates: readonly [Gate, Gate]
  #isUp = true

  constructor(clock: Clock, ends: readonly [SimulatedNode, SimulatedNode], { latency, type }: LinkOptions) {
    this.ends = ends
    this.latency = latency
    const [a, b] = ends
    const uris = [`memory:${a.name}-${b.name}`, `memory:${b.name}-${a.name}`] as const
    this.#pair = createStreamPair({ clock, latency, uris })
    this.#gates = [new Gate(this.#pair.streams[0]), new Gate(this.#pair.streams[1])]
    this.peerings = Promise.all([
      a.router.connect(this.#gates[0], { type }),
      b.router.connect(this.#gates[1], { type }),
    ])
    // Whoever wants to know asks; a link may well be cut before.
    this.peerings.catch(() => undefined)
  }

  /** Whether bytes pass. */
  get isUp(): boolean {
    return this.#isUp
  }

  /** The link is gone; both sides learn it at once. */
  cut(): void {
    this.#isUp = false
    this.#pair.cut()
  }

  /** The link swallows all bytes from now on; both sides have to find out. */
  freeze(): void {
    this.#isUp = false
    for (const gate of this.#gates) gate.shut()
  }
}
