// What a soak found wrong.
import type { Holdings } from './probe.ts'

/** Growth that counts as none: what collections and pages leave to chance, as a share and in bytes. */
const HEAP_TOLERANCE = { share: 0.05, bytes: 1 << 20 }
const RSS_TOLERANCE = { share: 0.1, bytes: 8 << 20 }

/** Medians of the first and the last third of what was measured. */
export interface Trend {
  readonly first: number
  readonly last: number
}

export function trendOf(values: readonly number[]): Trend {
  const third = Math.max(1, Math.floor(values.length / 3))
  return { first: median(values.slice(0, third)), last: median(values.slice(-third)) }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** 0 of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

/** `samples` are those after the warm-up, in their order. */
export function findGrowth(name: string, samples: readonly Holdings[]): string[] {
  const kept = trendOf(samples.map(({ heap, external }) => heap + external))
  const rss = trendOf(samples.map((sample) => sample.rss))
  return [
    ...(grew(kept, HEAP_TOLERANCE) ? [`${name} keeps more and more: ${inMegabytes(kept)}`] : []),
    ...(grew(rss, RSS_TOLERANCE) ? [`${name} takes more and more memory: ${inMegabytes(rss)}`] : []),
  ]
}

/** What there is more of at the end than before the traffic began. */
export function findLeaks(name: string, before: Holdings, after: Holdings): string[] {
  const counts = (holdings: Holdings): Record<string, number> => ({
    ...holdings.resources,
    descriptors: holdings.descriptors,
  })
  const had = counts(before)
  return Object.entries(counts(after))
    .filter(([kind, count]) => count > (had[kind] ?? 0))
    .map(([kind, count]) => `${name} has ${count} of ${kind}, and had ${had[kind] ?? 0}`)
}

function grew({ first, last }: Trend, tolerance: { share: number; bytes: number }): boolean {
  return last > first + Math.max(tolerance.share * first, tolerance.bytes)
}

function inMegabytes({ first, last }: Trend): string {
  return `${(first / 1e6).toFixed(1)} MB, then ${(last / 1e6).toFixed(1)} MB`
}
