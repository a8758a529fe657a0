// One measurement: a source, what is measured, and a sink, each a process.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attack, AttackerReport, AttackOptions } from '../attacks/messages.ts'
import type { EndOptions, SinkReport, SourceReport, UsageReport } from './messages.ts'
import { Process } from './processes.ts'

const CLI = new URL('../../../../apps/cli/bin/snek.js', import.meta.url)
const PIPE = new URL('./pipe.ts', import.meta.url)
const SOURCE = new URL('./source.ts', import.meta.url)
const SINK = new URL('./sink.ts', import.meta.url)
const ATTACKER = new URL('../attacks/attacker.ts', import.meta.url)

/** Before it counts, in ms: what is measured is compiled by then, which takes longer if there is little to do. */
const WARM_UP = { flood: 1500, rate: 15_000 }
/** How long frames may be under way once the source has stopped, in ms. */
const TAIL = 3000

export interface Plan {
  readonly through: 'pipe' | 'tcp' | 'ws'
  /** Of a payload, in bytes. */
  readonly size: number
  /** Frames a second; 0 for as many as are taken. */
  readonly rate: number
  readonly seconds: number
  readonly cpuProfile?: string | undefined
  /** Who else peers with it, and what for, once it was measured in peace. */
  readonly attack?: Attack | undefined
}

export interface Result extends Figures {
  /** What they were just before an attack. */
  readonly peace: Figures | undefined
  /** Of all that a flood sent, or, at a rate, of what was sent while it was measured. */
  readonly lost: number
  readonly disordered: number
  /** In ms; 0 where they weren't measured. */
  readonly p50: number
  readonly p99: number
}

export interface Figures {
  readonly framesPerSecond: number
  /** How busy it was: 1 is a processor's time. */
  readonly processor: number
  /** Share of the time in which it collected garbage. */
  readonly garbage: number
  /** In bytes. */
  readonly memory: number
}

export async function run(plan: Plan): Promise<Result> {
  const { through, size, rate, seconds } = plan
  const warmUp = rate > 0 ? WARM_UP.rate : WARM_UP.flood
  const directory = await mkdtemp(join(tmpdir(), 'snek-bench-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(directory, { recursive: true }))
  await using middle = startMiddle(plan, directory)
  const options: EndOptions = { uri: await middle.ready(), plain: through === 'pipe', size, rate }
  await using sink = new Process(SINK, [JSON.stringify(options)])
  await sink.hear<SinkReport, 'connected'>('connected')
  await using source = new Process(SOURCE, [JSON.stringify(options)])
  await sink.hear<SinkReport, 'reached'>('reached')

  await using attacker = startAttacker(plan, options.uri, warmUp)
  await attacker?.hear<AttackerReport, 'prepared'>('prepared')

  source.tell({ type: 'start' })
  await sleep(warmUp)
  const peace = attacker && (await measure(middle, sink, seconds))
  if (attacker) {
    attacker.tell({ type: 'start' })
    await sleep(warmUp)
  }
  const { first, last, figures } = await measure(middle, sink, seconds)
  source.tell({ type: 'stop' })
  const { sent } = await source.hear<SourceReport, 'stopped'>('stopped')
  const end = await settled(sink, sent)

  return {
    ...figures,
    peace: peace?.figures,
    lost: rate > 0 ? last.lost - first.lost : sent - end.received,
    disordered: end.disordered,
    p50: last.p50,
    p99: last.p99,
  }
}

interface Window {
  readonly first: Counted
  readonly last: Counted
  readonly figures: Figures
}

async function measure(middle: Process, sink: Process, seconds: number): Promise<Window> {
  const [first, usedBefore] = await Promise.all([ask(sink), askUsage(middle)])
  await sleep(seconds * 1000)
  const [last, used] = await Promise.all([ask(sink), askUsage(middle)])
  const elapsed = used.time - usedBefore.time
  const figures = {
    framesPerSecond: ((last.received - first.received) * 1000) / (last.time - first.time),
    processor: (used.processor - usedBefore.processor) / elapsed,
    garbage: (used.garbage - usedBefore.garbage) / elapsed,
    memory: used.memory,
  }
  return { first, last, figures }
}

function startMiddle({ through, cpuProfile }: Plan, directory: string): Process {
  const options = { observed: true, cpuProfile }
  if (through === 'pipe') return new Process(PIPE, [], options)
  const listen = `${through}://127.0.0.1:0${through === 'ws' ? '/' : ''}`
  const parameters = ['up', '--json', '--listen', listen, '--admin', join(directory, 'admin')]
  return new Process(CLI, parameters, { ...options, built: true })
}

function startAttacker({ attack, seconds }: Plan, uri: string, warmUp: number): Process | undefined {
  if (attack === undefined) return undefined
  const options: AttackOptions = { uri, attack, seconds: seconds + warmUp / 1000 + 1 }
  return new Process(ATTACKER, [JSON.stringify(options)])
}

type Counted = Extract<SinkReport, { type: 'counted' }>

async function ask(sink: Process): Promise<Counted> {
  const answer = sink.hear<SinkReport, 'counted'>('counted')
  sink.tell({ type: 'ask' })
  return answer
}

async function askUsage(middle: Process): Promise<UsageReport> {
  const answer = middle.hear<UsageReport, 'usage'>('usage')
  middle.tell({ type: 'ask' })
  return answer
}

/** What the sink has when all that was sent has come, or nothing comes any more. */
async function settled(sink: Process, sent: number): Promise<Counted> {
  const until = performance.now() + TAIL
  let counted = await ask(sink)
  while (counted.received < sent && performance.now() < until) {
    await sleep(100)
    counted = await ask(sink)
  }
  return counted
}
