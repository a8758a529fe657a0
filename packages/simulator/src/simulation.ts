// A network of routers in one process, on a clock that moves when it is told to. The same seed gives the same
// run.
import { createIdentity } from '@snek/identity'
import type { Logger } from '@snek/platform'
import { seededRandom, VirtualClock } from '@snek/platform/testing'
import { createRouter, type PeerType, type RouterLimits } from '@snek/router'
import type { Verify } from '@snek/wire'
import { components, disagreements } from './convergence.ts'
import { Exchanges } from './exchanges.ts'
import { SimulatedLink } from './link.ts'
import type { SimulatedNode } from './node.ts'
import { below, type Edge, type Random } from './topologies.ts'
import { verifyingOnce } from './verify.ts'

/** One way, in ms, of links that aren't told theirs: 1 to this. */
const MAX_LATENCY = 20
/** How often it is looked whether answers came or all agree, in ms. */
const EXCHANGE_STEP = 20
const CONVERGENCE_STEP = 250
/** How long a node keeps a route that isn't renewed, in ms. */
const ROUTE_LIFETIME = 10_000

export interface SimulationOptions {
  /** What all that is random comes from: keys, latencies, phases. */
  seed: number
  logger?: Logger
  /** As a router's. */
  hopLimiting?: boolean
  /** As a router's. */
  wakeUpBroadcasts?: boolean
  limits?: Partial<RouterLimits>
}

/** An empty network. */
export function createSimulation(options: SimulationOptions): Simulation {
  return new Simulation(options)
}

export class Simulation {
  readonly clock: VirtualClock = new VirtualClock()
  /** For whoever wants to draw from the same seed. */
  readonly random: Random
  readonly #options: Omit<SimulationOptions, 'seed'>
  readonly #nodes: SimulatedNode[] = []
  readonly #links: SimulatedLink[] = []
  readonly #verify: Verify = verifyingOnce()
  readonly #exchanges = new Exchanges(this.clock)

  /** @internal */
  constructor({ seed, ...options }: SimulationOptions) {
    this.random = seededRandom(seed)
    this.#options = options
  }

  /** Those that weren't removed, in the order in which they were added. */
  get nodes(): readonly SimulatedNode[] {
    return this.#nodes
  }

  /** Those that weren't cut. */
  get links(): readonly SimulatedLink[] {
    return this.#links
  }

  /** A new node, named after how many there were, or with a name of your own. */
  async addNode(name: string = String(this.#nodes.length)): Promise<SimulatedNode> {
    const identity = createIdentity({ seed: this.random(32) })
    const { clock, random } = this
    const router = await createRouter({ identity, clock, random, verify: this.#verify, ...this.#options })
    const node = { name, key: identity.key, identity, router }
    router.onDatagram = (from, payload) => this.#exchanges.receive(node, from, payload)
    this.#nodes.push(node)
    return node
  }

  /** So many nodes, linked as `edges` says. */
  async build(count: number, edges: readonly Edge[]): Promise<readonly SimulatedNode[]> {
    const nodes: SimulatedNode[] = []
    for (let index = 0; index < count; index += 1) nodes.push(await this.addNode())
    for (const [a, b] of edges) {
      const [from, to] = [nodes[a], nodes[b]]
      if (from === undefined || to === undefined) throw new RangeError(`no nodes ${a} and ${b} of ${count}`)
      this.link(from, to)
    }
    return nodes
  }

  /** Links two nodes. Two that are linked can be linked again. */
  link(
    a: SimulatedNode,
    b: SimulatedNode,
    options: { latency?: number; type?: PeerType } = {},
  ): SimulatedLink {
    const { latency = 1 + below(MAX_LATENCY, this.random), type = 'remote' } = options
    const link = new SimulatedLink(this.clock, [a, b], { latency, type })
    this.#links.push(link)
    return link
  }

  /** Loses a link: both sides learn it at once or, if it is frozen, find out by its silence. */
  cut(link: SimulatedLink, how: 'at-once' | 'frozen' = 'at-once'): void {
    const index = this.#links.indexOf(link)
    if (index >= 0) this.#links.splice(index, 1)
    if (how === 'frozen') link.freeze()
    else link.cut()
  }

  /** Loses a node with all its links. */
  removeNode(node: SimulatedNode, how: 'at-once' | 'frozen' = 'at-once'): void {
    const index = this.#nodes.indexOf(node)
    if (index < 0) return
    this.#nodes.splice(index, 1)
    for (const link of this.#links.filter(({ ends }) => ends.includes(node))) this.cut(link, how)
    void node.router.close()
  }

  /** Lets so many ms pass. */
  run(milliseconds: number): void {
    this.clock.advance(milliseconds)
  }

  /** Whether every group of linked nodes agrees on its tree and its snake. */
  converged(): boolean {
    return this.problems().length === 0
  }

  /** What is still wrong, in words. */
  problems(): string[] {
    return components(this.#nodes, this.#links).flatMap(disagreements)
  }

  /**
   * Lets time pass until it has converged and stayed so for 10 s, so that no route from before is left. Gives
   * the time in ms that it took to converge; throws if that is more than `limit`.
   */
  converge(limit: number): number {
    const start = this.clock.now()
    let since = start
    while (this.clock.now() - since < ROUTE_LIFETIME) {
      const problems = this.problems()
      if (problems.length > 0) since = this.clock.now() + CONVERGENCE_STEP
      if (since - start > limit) throw new Error(`not converged within ${limit} ms: ${problems.join('; ')}`)
      this.run(CONVERGENCE_STEP)
    }
    return since - start
  }

  /** How many datagrams of exchanges, or their answers, were lost on the way. */
  get lost(): number {
    return this.#exchanges.repeats
  }

  /**
   * A datagram from `a` to `b` and its answer, which must arrive within `limit` ms; asked again each second. The
   * time in ms that it took, or undefined.
   */
  exchange(a: SimulatedNode, b: SimulatedNode, limit = 5000): number | undefined {
    const [result] = this.#exchange([[a, b]], limit)
    return result
  }

  /** Exchanges between all nodes that are linked somehow, all at once. Those that failed. */
  exchangeAll(limit = 5000): [SimulatedNode, SimulatedNode][] {
    const pairs = components(this.#nodes, this.#links).flatMap((group) =>
      group.flatMap((a) => group.filter((b) => b !== a).map((b): [SimulatedNode, SimulatedNode] => [a, b])),
    )
    const results = this.#exchange(pairs, limit)
    return pairs.filter((_, index) => results[index] === undefined)
  }

  /** Closes all routers. */
  async close(): Promise<void> {
    const closing = this.#nodes.map(({ router }) => router.close())
    this.run(2000)
    await Promise.all(closing)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #exchange(pairs: readonly [SimulatedNode, SimulatedNode][], limit: number): (number | undefined)[] {
    const start = this.clock.now()
    const exchanges = pairs.map(([a, b]) => this.#exchanges.begin(a, b))
    while (exchanges.some(({ ended }) => ended === undefined) && this.clock.now() - start < limit) {
      this.run(EXCHANGE_STEP)
      this.#exchanges.repeat()
    }
    return exchanges.map((exchange) => this.#exchanges.end(exchange))
  }
}
