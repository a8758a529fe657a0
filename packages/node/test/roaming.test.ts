// Sessions outlive the ways under them: a relay that dies, a node that moves. In virtual time.
import { createSessions, type Sessions } from '@snek/sessions'
import { createSimulation, type SimulatedLink, type SimulatedNode, type Simulation } from '@snek/simulator'
import { expect, onTestFinished, test, vi } from 'vitest'

// Half a minute of virtual time each, and what QUIC costs.
vi.setConfig({ testTimeout: 120_000 })

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1)
const CHUNK = 16 * 1024
/** A chunk is sent each so many ms: 0.8 MB/s. */
const PACE = 20
const STEP = 5
/** The longest that a stream may stand still, in ms. */
const STALL = 5_000
const CONVERGED = 30_000

/** Lets so many virtual ms pass, and between steps what waits for promises. */
async function pass(simulation: Simulation, milliseconds: number): Promise<void> {
  for (let time = 0; time < milliseconds; time += STEP) {
    simulation.run(STEP)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function until<T>(simulation: Simulation, work: Promise<T>, limit: number): Promise<T> {
  let isDone = false
  const done = (): void => {
    isDone = true
  }
  work.then(done, done)
  for (let time = 0; !isDone && time < limit; time += STEP) await pass(simulation, STEP)
  expect(isDone, `done within ${limit} ms`).toBe(true)
  return work
}

function sessionsOf(simulation: Simulation, { identity, router }: SimulatedNode): Promise<Sessions> {
  const { clock, random } = simulation
  return createSessions({ identity, network: router, clock, random })
}

/** A stream from one node to another, numbered throughout, that goes on until it is ended. */
class Transfer {
  sent = 0
  received = 0
  /** The longest time without a byte, in ms. */
  stall = 0
  readonly #simulation: Simulation
  readonly #near: Sessions
  readonly #far: Sessions
  #last = 0
  #isEnding = false
  #sending: Promise<void> = Promise.resolve()
  #receiving: Promise<void> = Promise.resolve()

  private constructor(simulation: Simulation, near: Sessions, far: Sessions) {
    this.#simulation = simulation
    this.#near = near
    this.#far = far
  }

  static async begin(simulation: Simulation, from: SimulatedNode, to: SimulatedNode): Promise<Transfer> {
    const near = await sessionsOf(simulation, from)
    const far = await sessionsOf(simulation, to)
    const transfer = new Transfer(simulation, near, far)
    onTestFinished(async () => {
      await until(simulation, Promise.all([near.close(), far.close()]), CONVERGED)
      await simulation.close()
      expect(simulation.clock.pendingTimers).toBe(0)
    })
    transfer.#receiving = transfer.#receive()
    const session = await until(simulation, near.dial(to.key, 'roaming'), CONVERGED)
    const stream = await session.openStream()
    transfer.#last = simulation.clock.now()
    transfer.#sending = transfer.#send(stream.writable)
    await pass(simulation, 2_000)
    transfer.stall = 0
    return transfer
  }

  /** Ends the stream; all of it has to arrive. */
  async end(): Promise<void> {
    this.#isEnding = true
    await until(this.#simulation, Promise.all([this.#sending, this.#receiving]), CONVERGED)
    expect(this.received).toBe(this.sent)
    expect(this.#near.counters().handshakes + this.#far.counters().handshakes).toBe(1)
  }

  async #send(writable: WritableStream<Uint8Array>): Promise<void> {
    const { clock } = this.#simulation
    const writer = writable.getWriter()
    while (!this.#isEnding) {
      const chunk = new Uint8Array(CHUNK).map((_, index) => numbered(this.sent + index))
      await writer.write(chunk)
      this.sent += CHUNK
      await new Promise<void>((resolve) => clock.setTimeout(resolve, PACE))
    }
    await writer.close()
  }

  async #receive(): Promise<void> {
    const { clock } = this.#simulation
    for await (const session of this.#far.listen('roaming')) {
      for await (const { readable } of session.streams) {
        for await (const chunk of readable) {
          this.stall = Math.max(this.stall, clock.now() - this.#last)
          this.#last = clock.now()
          const wrong = chunk.findIndex((byte, index) => byte !== numbered(this.received + index))
          if (wrong >= 0) throw new Error(`byte ${this.received + wrong} is wrong`)
          this.received += chunk.length
        }
        return
      }
    }
  }
}

function numbered(position: number): number {
  return (position * 31 + (position >> 14)) & 0xff
}

/** The node among these that passes most on. */
function carrier(nodes: readonly SimulatedNode[]): SimulatedNode {
  const passed = ({ router }: SimulatedNode): number =>
    router.snapshot().peers.reduce((sum, { bytes }) => sum + bytes.traffic_out, 0)
  return nodes.toSorted((one, other) => passed(other) - passed(one))[0] as SimulatedNode
}

type Four = readonly [SimulatedNode, SimulatedNode, SimulatedNode, SimulatedNode]

test.each(
  SEEDS.flatMap((seed) => [
    { what: 'is killed', how: 'at-once', seed } as const,
    { what: 'falls silent', how: 'frozen', seed } as const,
  ]),
)('a relay $what, and a stream goes on by another (seed $seed)', async ({ how, seed }) => {
  const simulation = createSimulation({ seed })
  const square = [
    [0, 2],
    [2, 1],
    [0, 3],
    [3, 1],
  ] as const
  const [a, b, one, other] = (await simulation.build(4, square)) as unknown as Four
  simulation.converge(CONVERGED)
  const transfer = await Transfer.begin(simulation, a, b)
  simulation.removeNode(carrier([one, other]), how)
  await pass(simulation, 15_000)
  await transfer.end()
  expect(transfer.stall).toBeLessThanOrEqual(STALL)
})

/** A session that hears nothing for 15 s is over. */
const AWAY = 10_000

test.each(SEEDS)('a node moves, and a stream goes on at its new place (seed %i)', async (seed) => {
  const simulation = createSimulation({ seed })
  const star = [
    [0, 2],
    [2, 1],
    [2, 3],
  ] as const
  const [a, b, here, there] = (await simulation.build(4, star)) as unknown as Four
  simulation.converge(CONVERGED)
  const transfer = await Transfer.begin(simulation, a, b)
  const left = simulation.links.find(({ ends }) => ends.includes(here) && ends.includes(b)) as SimulatedLink
  simulation.cut(left)
  await pass(simulation, AWAY)
  simulation.link(there, b)
  await pass(simulation, 20_000)
  await transfer.end()
  expect(transfer.stall).toBeLessThanOrEqual(AWAY + STALL)
})
