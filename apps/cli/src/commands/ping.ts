import { setTimeout as sleep } from 'node:timers/promises'
import { openPing, type PingSession } from '@snek/node/ping'
import type { Key } from '@snek/wire'
import { CommandError, DONE, type ExitCode, FAILED } from '../exit.ts'
import { formatMilliseconds } from '../format.ts'
import { type NetworkOptions, openNetwork } from '../network.ts'
import { emit, say } from '../output.ts'
import { reach } from '../reach.ts'
import { onStop } from '../signals.ts'

interface PingOptions extends NetworkOptions {
  readonly count: number
  /** Milliseconds. */
  readonly interval: number
  /** Milliseconds. */
  readonly timeout: number
  readonly json?: true
}

export async function ping(key: Key, options: PingOptions): Promise<ExitCode> {
  using stop = onStop()
  await using opened = await openNetwork(options)
  const start = performance.now()
  const session = await reach(key, opened, options.timeout, stop.signal, (signal) =>
    openPing(opened.network, key, { signal }),
  )
  report(
    options,
    `session with ${key.short()} after`,
    { event: 'connected', key: key.toString() },
    'ms',
    performance.now() - start,
  )
  const times: number[] = []
  try {
    await measure(session, options, stop.signal, times)
    await session.close()
  } catch (error) {
    await session.close(error as Error)
    if (!stop.signal.aborted) throw error
  } finally {
    summarize(key, options, times)
  }
  return times.length > 0 ? DONE : FAILED
}

/** Adds a time for each round trip. */
async function measure(
  session: PingSession,
  options: PingOptions,
  stopped: AbortSignal,
  times: number[],
): Promise<void> {
  for (let index = 1; index <= options.count; index++) {
    if (index > 1) await sleep(options.interval, undefined, { signal: stopped })
    const limit = AbortSignal.timeout(options.timeout)
    const signal = AbortSignal.any([stopped, limit])
    const time = await session.roundTrip({ signal }).catch((error) => {
      if (!limit.aborted) throw error
      throw new CommandError('ping-timed-out', `no echo within ${options.timeout / 1000} s: the way is lost`)
    })
    times.push(time)
    report(
      options,
      `  ${String(index).padStart(String(options.count).length)} `,
      { event: 'reply', index },
      'rtt_ms',
      time,
    )
  }
}

function report(
  { json }: PingOptions,
  text: string,
  record: object,
  field: string,
  milliseconds: number,
): void {
  if (json) emit({ ...record, [field]: round(milliseconds) })
  else say(`${text} ${formatMilliseconds(milliseconds)}`)
}

function summarize(key: Key, { count, json }: PingOptions, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const min = sorted[0] ?? Number.NaN
  const median = medianOf(sorted)
  const max = sorted.at(-1) ?? Number.NaN
  if (json) {
    const record = { event: 'summary', key: key.toString(), count, received: times.length }
    return emit({ ...record, min_ms: round(min), median_ms: round(median), max_ms: round(max) })
  }
  if (times.length === 0) return say('no round trip')
  const [low, middle, high] = [min, median, max].map(formatMilliseconds)
  say(`${times.length} of ${count} round trips; shortest ${low}, median ${middle}, longest ${high}`)
}

function medianOf(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2
  const [below = Number.NaN, above = Number.NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]]
  return (below + above) / 2
}

/** To microseconds; NaN becomes JSON's null. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
