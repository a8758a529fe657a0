// A node as a relay between two peers, and a plain pipe to compare with, in turns.
import type { Measurement } from '../report.ts'
import { type Plan, type Result, run } from './run.ts'

/** In bytes, each with frames a second that a sink should keep up with. */
const SIZES = [
  { size: 64, steady: 600_000 },
  { size: 1200, steady: 200_000 },
  { size: 16_384, steady: 15_000 },
]
/** Frames a second at which latency is measured. */
const RATE = 5000

const NAMES = { pipe: 'plain pipe', tcp: 'relay by TCP', ws: 'relay by WebSocket' } as const
const THROUGH = ['pipe', 'tcp', 'ws'] as const

export interface RelayOptions {
  readonly seconds: number
  /** How often each is measured. The best counts: the machine's other work only slows it down. */
  readonly rounds: number
  /** A directory for profiles of the relay. */
  readonly cpuProfile?: string | undefined
}

export async function relay(options: RelayOptions): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const { size } of SIZES) measurements.push(...(await floods(size, options)))
  measurements.push(...(await losses(options)), ...(await latencies(options)))
  return measurements
}

async function floods(size: number, options: RelayOptions): Promise<Measurement[]> {
  const results = await best(
    { size, rate: 0 },
    options,
    (one, other) => one.framesPerSecond - other.framesPerSecond,
  )
  return THROUGH.flatMap((through) => {
    const { framesPerSecond, lost, disordered, garbage, memory } = results[through].best
    const name = `${NAMES[through]}, ${size} bytes`
    const toPipe = framesPerSecond / results.pipe.best.framesPerSecond
    const spread = range(results[through], (result) => result.framesPerSecond)
    return [
      { name, value: framesPerSecond, unit: 'frames/s', toPipe, ...spread },
      { name: `${name}: lost or out of order`, value: lost + disordered, unit: 'frames' },
      { name: `${name}: collecting garbage`, value: garbage * 100, unit: '%' },
      { name: `${name}: memory`, value: memory / 2 ** 20, unit: 'MiB' },
    ]
  })
}

/** What a relay loses while its sink keeps up. */
async function losses({ seconds }: RelayOptions): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const { size, steady } of SIZES) {
    const { lost, disordered } = await run({ through: 'tcp', size, rate: steady, seconds })
    const name = `${NAMES.tcp}, ${size} bytes, ${steady} frames/s: lost or out of order`
    measurements.push({ name, value: lost + disordered, unit: 'frames' })
  }
  return measurements
}

async function latencies(options: RelayOptions): Promise<Measurement[]> {
  const results = await best({ size: 1200, rate: RATE }, options, (one, other) => other.p99 - one.p99)
  return THROUGH.flatMap((through) => {
    const { p50, p99 } = results[through].best
    const name = `${NAMES[through]}, latency at ${RATE} frames/s`
    const spread50 = range(results[through], (result) => result.p50 * 1000)
    const spread99 = range(results[through], (result) => result.p99 * 1000)
    return [
      { name: `${name}, p50`, value: p50 * 1000, unit: 'µs', ...spread50 },
      { name: `${name}, p99`, value: p99 * 1000, unit: 'µs', ...spread99 },
    ]
  })
}

interface Rounds {
  readonly best: Result
  readonly all: readonly Result[]
}

function range({ all }: Rounds, pick: (result: Result) => number): { least: number; most: number } {
  const values = all.map(pick)
  return { least: Math.min(...values), most: Math.max(...values) }
}

/** Each in its turn, so that a change of the machine's load changes all. */
async function best(
  plan: Pick<Plan, 'size' | 'rate'>,
  { seconds, rounds, cpuProfile }: RelayOptions,
  compare: (one: Result, other: Result) => number,
): Promise<Record<Plan['through'], Rounds>> {
  const results: Record<Plan['through'], Result[]> = { pipe: [], tcp: [], ws: [] }
  for (let round = 0; round < rounds; round += 1) {
    for (const through of THROUGH) results[through].push(await run({ ...plan, through, seconds, cpuProfile }))
  }
  const measured = (through: Plan['through']): Rounds => {
    const all = results[through]
    return { best: all.toSorted(compare).at(-1) as Result, all }
  }
  return { pipe: measured('pipe'), tcp: measured('tcp'), ws: measured('ws') }
}
