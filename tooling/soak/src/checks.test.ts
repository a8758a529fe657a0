import { expect, test } from 'vitest'
import { findGrowth, findLeaks, quantile, trendOf } from './checks.ts'
import type { Holdings } from './probe.ts'

function holdings(change: Partial<Holdings>): Holdings {
  return { heap: 10e6, external: 5e6, rss: 80e6, resources: {}, descriptors: 20, cpu: 0, ...change }
}

test('medians of the first and the last third', () => {
  expect(trendOf([9, 1, 2, 50, 60, 70, 4, 5, 6])).toEqual({ first: 2, last: 5 })
  expect(trendOf([3])).toEqual({ first: 3, last: 3 })
  expect(quantile([4, 1, 3, 2], 0.99)).toBe(4)
  expect(quantile([], 0.5)).toBe(0)
})

test('growth is found, noise is not', () => {
  const steady = [0, 2, 1, 0, 2, 1, 0, 1, 2].map((more) => holdings({ heap: (100 + more) * 1e5 }))
  expect(findGrowth('it', steady)).toEqual([])
  const leaking = steady.map((sample, at) => holdings({ heap: sample.heap + at * 0.4e6 }))
  expect(findGrowth('it', leaking)).toEqual(['it keeps more and more: 15.6 MB, then 17.9 MB'])
  const swelling = steady.map((_, at) => holdings({ rss: (80 + 3 * at) * 1e6 }))
  expect(findGrowth('it', swelling)).toEqual(['it takes more and more memory: 83.0 MB, then 101.0 MB'])
})

test('what is left over is named', () => {
  const before = holdings({ resources: { TCPSocketWrap: 4, Timeout: 2 } })
  expect(findLeaks('it', before, holdings({ resources: { TCPSocketWrap: 4, Timeout: 1 } }))).toEqual([])
  const after = holdings({ resources: { TCPSocketWrap: 5, Timeout: 2, PipeWrap: 1 }, descriptors: 22 })
  expect(findLeaks('it', before, after)).toEqual([
    'it has 5 of TCPSocketWrap, and had 4',
    'it has 1 of PipeWrap, and had 0',
    'it has 22 of descriptors, and had 20',
  ])
})
