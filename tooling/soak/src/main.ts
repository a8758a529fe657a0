// `npm run soak -- --minutes N`: a dozen nodes, links that fail, traffic all the time; says what went wrong.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '@snek/platform'
import { seededRandom } from '@snek/platform/testing'
import { findGrowth, findLeaks } from './checks.ts'
import { Flapping } from './flapping.ts'
import { SoakNetwork } from './network.ts'
import type { Holdings } from './probe.ts'
import { Progress, summary } from './report.ts'
import { Traffic } from './traffic.ts'

/** ms from one look at what the nodes hold to the next. */
const SAMPLING = 20_000
/** ms until nodes that are left alone must agree, or have let go of what they don't need. */
const SETTLING = 120_000

const clock = systemClock()
const stopping = new AbortController()

export interface Soak {
  readonly network: SoakNetwork
  readonly traffic: Traffic
  readonly flapping: Flapping
  /** What each node held, in order, after the warm-up. */
  readonly samples: Holdings[][]
  readonly minutes: number
}

async function main(minutes: number, seed: number): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'snek-soak-'))
  const progress = new Progress()
  const bytes = seededRandom(seed)
  const random = (): number => new DataView(bytes(4).buffer).getUint32(0) / 2 ** 32
  progress.say('starting')
  const network = await SoakNetwork.start(directory)
  try {
    await until(() => network.converged(), 'the nodes do not agree on a tree')
    const before = await holdingsOf(network)
    const traffic = await Traffic.start(network, random, clock)
    const flapping = new Flapping(network, random, clock)
    const soak: Soak = { network, traffic, flapping, samples: network.nodes.map(() => []), minutes }
    const took = await run(soak, progress)

    progress.say('letting the nodes settle')
    flapping.stop()
    await traffic.stop()
    const problems = [...traffic.failures, ...(await unsettled(network, before))]
    soak.samples.forEach((samples, index) => {
      problems.push(...findGrowth(`node ${index + 1}`, samples))
    })
    progress.end()
    console.log(await summary(soak, before, took))
    problems.push(...(await network.stop()).map((name) => `${name} did not end in order`))
    return problems
  } finally {
    await network.stop()
    await rm(directory, { recursive: true })
  }
}

/** Lets it all go on until its time is over; gives how long that was, in ms. */
async function run(soak: Soak, progress: Progress): Promise<number> {
  const { network, samples, minutes } = soak
  const start = clock.now()
  const end = start + 60_000 * minutes
  const warm = start + Math.min(600_000, 20_000 * minutes)
  let next = start + SAMPLING
  while (clock.now() < end && !stopping.signal.aborted) {
    await pause(1000)
    const gone = network.nodes.filter(({ running }) => !running)
    if (gone.length > 0)
      throw new Error(gone.map((node) => `${node.name} ended ${node.lastWords}`).join('\n'))
    if (clock.now() >= next) {
      next += SAMPLING
      const all = await holdingsOf(network)
      if (clock.now() >= warm) all.forEach((holdings, index) => void samples[index]?.push(holdings))
    }
    progress.update(soak, clock.now() - start)
  }
  return clock.now() - start
}

/** What the nodes still hold that they didn't before, a while after everything stopped. */
async function unsettled(network: SoakNetwork, before: readonly Holdings[]): Promise<string[]> {
  let leaks: string[] = []
  const settled = async (): Promise<boolean> => {
    const after = await holdingsOf(network)
    leaks = after.flatMap((holdings, index) =>
      findLeaks(`node ${index + 1}`, before[index] as Holdings, holdings),
    )
    return leaks.length === 0
  }
  try {
    await until(() => network.converged(), 'the nodes do not agree on a tree any more')
    await until(settled, 'something is left over')
    return []
  } catch (error) {
    return [(error as Error).message, ...leaks]
  }
}

function holdingsOf(network: SoakNetwork): Promise<Holdings[]> {
  return Promise.all(network.nodes.map((node) => node.holdings()))
}

async function until(condition: () => Promise<boolean>, complaint: string): Promise<void> {
  const deadline = clock.now() + SETTLING
  while (!(await condition())) {
    if (clock.now() > deadline) throw new Error(`${complaint} after ${SETTLING / 1000} s`)
    await pause(1000)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, ms)
  })
}

/** A usage error ends the process. */
function options(): { minutes: number; seed: number } {
  try {
    const { values } = parseArgs({
      options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' } },
    })
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
    if (!(minutes >= 1)) throw new RangeError('--minutes takes a number from 1 on')
    if (!Number.isInteger(seed)) throw new RangeError('--seed takes a whole number')
    return { minutes, seed }
  } catch (error) {
    console.error(`${(error as Error).message}\nusage: npm run soak -- [--minutes N] [--seed N]`)
    process.exit(2)
  }
}

const { minutes, seed } = options()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort())
try {
  const problems = await main(minutes, seed)
  for (const problem of problems) console.log(`✗ ${problem}`)
  console.log(problems.length === 0 ? 'Nothing went wrong.' : `${problems.length} checks failed.`)
  process.exitCode = problems.length === 0 ? 0 : 1
} catch (error) {
  console.error(`\nThe soak failed: ${(error as Error).message}`)
  // Messages may still be on their way to nodes that are gone.
  process.exit(1)
}
