// Sessions between two nodes, directly and through a relay, each node a process.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { UsageReport } from '../relay/messages.ts'
import { Process } from '../relay/processes.ts'
import type { Measurement } from '../report.ts'
import type { EndOptions, EndReport } from './messages.ts'

const CLI = new URL('../../../../apps/cli/src/main.ts', import.meta.url)
const END = new URL('./end.ts', import.meta.url)

/** Before it counts, in ms: what is measured is compiled by then, and the window open. */
const WARM_UP = 1500
const DIALS = 31
const ECHOES = 1000

const WAYS = { direct: 'directly', relay: 'through a relay' } as const
type Way = keyof typeof WAYS

export interface SessionOptions {
  readonly seconds: number
  /** How often each is measured; the table has the median of them, and the least and the most. */
  readonly rounds: number
  /** A directory for profiles of all processes. */
  readonly cpuProfile?: string | undefined
}

interface Result {
  /** In Mbit/s. */
  readonly throughput: number
  /** CPU seconds of all processes for a gigabyte. */
  readonly cost: number
  /** Medians in ms. */
  readonly dial: number
  readonly echo: number
}

export async function session(options: SessionOptions): Promise<Measurement[]> {
  const results: Record<Way, Result[]> = { direct: [], relay: [] }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const way of ['direct', 'relay'] as const) results[way].push(await measure(way, options))
  }
  return (['direct', 'relay'] as const).flatMap((way) => [
    ...spread(`session ${WAYS[way]}`, 'Mbit/s', results[way], ({ throughput }) => throughput),
    ...spread(`session ${WAYS[way]}: processors' time`, 's/GB', results[way], ({ cost }) => cost),
    ...spread(`session ${WAYS[way]}: dial`, 'ms', results[way], ({ dial }) => dial),
    ...spread(`session ${WAYS[way]}: echo of 32 bytes`, 'ms', results[way], ({ echo }) => echo),
  ])
}

function spread(
  name: string,
  unit: string,
  results: readonly Result[],
  pick: (result: Result) => number,
): Measurement[] {
  const values = results.map(pick).toSorted((one, other) => one - other)
  const median = values[Math.floor(values.length / 2)] as number
  const range = { least: values[0] as number, most: values.at(-1) as number }
  return [{ name, value: median, unit, ...range }]
}

async function measure(way: Way, { seconds, cpuProfile }: SessionOptions): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'snek-bench-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(directory, { recursive: true }))
  const processOptions = { observed: true, cpuProfile }
  const begin = (file: URL, parameters: string[]): Process =>
    stack.use(new Process(file, parameters, processOptions))
  const startEnd = async (options: EndOptions): Promise<[Process, Ready]> => {
    const end = begin(END, [JSON.stringify(options)])
    return [end, await end.hear<EndReport, 'ready'>('ready')]
  }

  const listen = ['tcp://127.0.0.1:0']
  const relay =
    way === 'direct'
      ? undefined
      : begin(CLI, ['up', '--json', '--listen', ...listen, '--admin', join(directory, 'admin')])
  const relayUri = relay && (await relay.ready())
  const [far, { key, listening }] = await startEnd(
    relayUri === undefined ? { listen, peers: [] } : { listen: [], peers: [relayUri] },
  )
  const [near] = await startEnd({ listen: [], peers: [relayUri ?? (listening[0] as string)] })
  const all = relay === undefined ? [near, far] : [near, relay, far]

  const dial = median(await times(near, { type: 'dial', key, count: DIALS }))
  const echo = median(await times(near, { type: 'echo', key, count: ECHOES }))
  near.tell({ type: 'flood', key })
  await near.hear<EndReport, 'flooding'>('flooding')
  await sleep(WARM_UP)
  const [first, usedBefore] = await Promise.all([count(far), usage(all)])
  await sleep(seconds * 1000)
  const [last, used] = await Promise.all([count(far), usage(all)])
  near.tell({ type: 'stop' })
  const { sent } = await near.hear<EndReport, 'stopped'>('stopped')
  const { received } = await count(far)
  if (received !== sent) throw new Error(`${received} of ${sent} bytes arrived`)
  const bytes = last.received - first.received
  return {
    throughput: (bytes * 8) / (last.time - first.time) / 1000,
    cost: (used - usedBefore) / 1000 / (bytes / 1e9),
    dial,
    echo,
  }
}

type Ready = Extract<EndReport, { type: 'ready' }>

async function times(end: Process, command: object): Promise<readonly number[]> {
  const answer = end.hear<EndReport, 'times'>('times')
  end.tell(command)
  return (await answer).times
}

function count(end: Process): Promise<Extract<EndReport, { type: 'counted' }>> {
  const answer = end.hear<EndReport, 'counted'>('counted')
  end.tell({ type: 'count' })
  return answer
}

/** Of all of them, in ms. */
async function usage(processes: readonly Process[]): Promise<number> {
  const reports = processes.map((each) => {
    const answer = each.hear<UsageReport, 'usage'>('usage')
    each.tell({ type: 'ask' })
    return answer
  })
  return (await Promise.all(reports)).reduce((sum, { processor }) => sum + processor, 0)
}

function median(ordered: readonly number[]): number {
  return ordered[Math.floor(ordered.length / 2)] as number
}
