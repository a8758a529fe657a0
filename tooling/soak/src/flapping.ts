// Links that go and come, never so many that a node is cut off.
import type { Clock, TimerHandle } from '@snek/platform'
import type { Edge, SoakNetwork } from './network.ts'

/** ms from one failure to the next, and how long each lasts: from, to. */
const INTERVAL = 4000
const LASTS = [1000, 15_000] as const

export class Flapping {
  cuts = 0
  stalls = 0
  readonly #network: SoakNetwork
  readonly #random: () => number
  readonly #clock: Clock
  readonly #mending = new Map<Edge, TimerHandle>()
  #next: TimerHandle

  /** `random` gives numbers from 0 to 1. */
  constructor(network: SoakNetwork, random: () => number, clock: Clock) {
    this.#network = network
    this.#random = random
    this.#clock = clock
    this.#next = clock.setTimeout(() => this.#flap(), INTERVAL)
  }

  /** All links are up afterwards. */
  stop(): void {
    this.#clock.clearTimeout(this.#next)
    for (const edge of this.#mending.keys()) this.#mend(edge)
  }

  #flap(): void {
    this.#next = this.#clock.setTimeout(() => this.#flap(), INTERVAL)
    const possible = this.#network.edges.filter(
      (edge) => edge.link.carries && this.#network.isConnectedWithout(edge),
    )
    const edge = possible[Math.floor(this.#random() * possible.length)]
    if (edge === undefined) return
    if (this.#random() < 0.5) {
      edge.link.cut()
      this.cuts += 1
    } else {
      edge.link.stall()
      this.stalls += 1
    }
    const [from, to] = LASTS
    const lasts = from + this.#random() * (to - from)
    this.#mending.set(
      edge,
      this.#clock.setTimeout(() => this.#mend(edge), lasts),
    )
  }

  #mend(edge: Edge): void {
    this.#clock.clearTimeout(this.#mending.get(edge) as TimerHandle)
    this.#mending.delete(edge)
    edge.link.mend()
  }
}
