// Nodes joined by a network in virtual time, which loses, doubles and delays datagrams as a seed says.
import { createIdentity } from '@snek/identity'
import { seededRandom, VirtualClock } from '@snek/platform/testing'
import type { Key } from '@snek/wire'
import { onTestFinished } from 'vitest'
import {
  createSessions,
  type DatagramNetwork,
  type SendResult,
  type Sessions,
  type SessionsOptions,
} from '../src/index.ts'

export class TestNetwork {
  readonly clock: VirtualClock = new VirtualClock()
  /** One way, in ms. */
  latency = 5
  /** How many in a hundred are lost, delivered twice, and delayed by as much again. */
  loss = 0
  duplication = 0
  reordering = 0
  /** What a node is told about datagrams that it sends. */
  answer: SendResult = 'sent'
  /** Loses a datagram, besides. */
  drop: (from: Key, to: Key, payload: Uint8Array) => boolean = () => false
  readonly forgotten: Key[] = []
  readonly #random: (length: number) => Uint8Array
  readonly #nodes = new Map<string, TestLink>()
  /** By the key of who they are. */
  readonly #claimed = new Map<string, Key>()

  constructor(seed = 1) {
    this.#random = seededRandom(seed)
  }

  join(key: Key): TestLink {
    const link = new TestLink(this, key)
    this.#nodes.set(key.hex, link)
    return link
  }

  /** A node, closed after the test. */
  async start(seed: number, options: Partial<SessionsOptions> = {}): Promise<Sessions> {
    const identity = createIdentity({ seed: new Uint8Array(32).fill(seed) })
    const sessions = await createSessions({
      identity,
      network: this.join(identity.key),
      clock: this.clock,
      random: seededRandom(seed),
      ...options,
    })
    onTestFinished(() => this.run(sessions.close()))
    return sessions
  }

  /** A node gets what is sent to another key, and says that it is that key. */
  impersonate(impostor: Key, victim: Key): void {
    this.#claimed.set(impostor.hex, victim)
    const link = this.#nodes.get(impostor.hex)
    if (link !== undefined) this.#nodes.set(victim.hex, link)
  }

  carry(from: Key, to: Key, payload: Uint8Array): SendResult {
    if (this.answer !== 'sent') return this.answer
    const isLost = this.#chance(this.loss) || this.drop(from, to, payload)
    const copies = isLost ? 0 : this.#chance(this.duplication) ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      const delay = this.latency * (this.#chance(this.reordering) ? 2 : 1)
      this.inject(this.#claimed.get(from.hex) ?? from, to, payload.slice(), delay)
    }
    return 'sent'
  }

  /** Has datagrams arrive, all at once. */
  inject(from: Key, to: Key, payload: Uint8Array, delay = 0, count = 1): void {
    this.clock.setTimeout(() => {
      for (let index = 0; index < count; index += 1) this.#nodes.get(to.hex)?.deliver(from, payload)
    }, delay)
  }

  /** Lets time go on until `work` is done; rejects if that takes more than so many virtual ms. */
  async run<T>(work: Promise<T>, limit = 60_000): Promise<T> {
    let isDone = false
    const done = (): void => {
      isDone = true
    }
    work.then(done, done)
    const end = this.clock.now() + limit
    for (await turn(); !isDone; await turn()) {
      if (this.clock.now() >= end || !step(this.clock, end)) {
        throw new Error(`not done within ${limit} ms of virtual time`)
      }
    }
    return work
  }

  /** Lets so many virtual ms go by. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds
    this.clock.setTimeout(() => undefined, milliseconds)
    for (await turn(); this.clock.now() < end; await turn()) step(this.clock, end)
  }

  #chance(inAHundred: number): boolean {
    return inAHundred > 0 && (this.#random(1)[0] as number) % 100 < inAHundred
  }
}

class TestLink implements DatagramNetwork {
  readonly key: Key
  onDatagram: (from: Key, payload: Uint8Array) => void = () => undefined
  readonly #network: TestNetwork

  constructor(network: TestNetwork, key: Key) {
    this.#network = network
    this.key = key
  }

  send(to: Key, payload: Uint8Array): SendResult {
    return this.#network.carry(this.key, to, payload)
  }

  forgetCoordinates(key: Key): void {
    this.#network.forgotten.push(key)
  }

  deliver(from: Key, payload: Uint8Array): void {
    const bytes = payload.slice()
    this.onDatagram(from, bytes)
    // Whoever wants to keep it has to copy it.
    bytes.fill(0)
  }
}

/** All that is ready to happen without time going on. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') return void setImmediate(resolve)
    // What browsers have: their timers take 4 ms.
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(undefined)
  })
}

/** Runs the next timer; false if there is none before `end`. */
function step(clock: VirtualClock, end: number): boolean {
  if (clock.pendingTimers === 0) return false
  let ran = -1
  clock.runUntil(() => {
    ran += 1
    return ran === 1 || clock.now() >= end
  }, end - clock.now())
  return ran === 1
}
