import { describe, expect, test } from 'vitest'
import { formatBytes, formatCoordinates, formatDuration, formatRate } from './format.ts'
import { formatProgress } from './progress.ts'

describe('formatBytes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [9_994, '9.99 kB'],
    [9_995, '10.0 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [10_485_760, '10.5 MB'],
    [5e15, '5000 TB'],
  ])('%i', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

describe('formatDuration', () => {
  test.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 00 s'],
    [3_599_000, '59 min 59 s'],
    [3_600_000, '1 h 00 min'],
    [7_860_000, '2 h 11 min'],
  ])('%i', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text)
  })
})

test('formatRate', () => {
  expect(formatRate(1_000_000, 500)).toBe('2.00 MB/s')
  expect(formatRate(0, 0)).toBe('0 B/s')
})

test('formatCoordinates', () => {
  expect(formatCoordinates([])).toBe('root')
  expect(formatCoordinates(['1', '12'])).toBe('1.12')
})

describe('formatProgress', () => {
  test('of a known size', () => {
    expect(formatProgress('photo.jpg', 5_000_000, 10_000_000, 1000)).toBe(
      'photo.jpg  ━━━━━━━━━━━━━━──────────────  50 %  5.00 MB of 10.0 MB  5.00 MB/s  1.0 s left',
    )
  })

  test('of nothing', () => {
    expect(formatProgress('empty', 0, 0, 10)).toContain(' 100 %  0 B of 0 B')
  })

  test('of an unknown size', () => {
    expect(formatProgress('stdin', 1_000_000, undefined, 1000)).toBe('stdin  1.00 MB  1.00 MB/s')
  })
})
