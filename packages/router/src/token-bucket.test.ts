import { expect, test } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

test('allows a second’s worth at once, then the rate', () => {
  const bucket = new TokenBucket(10, 5000)
  const take = (now: number): boolean => bucket.take(now)
  expect(Array.from({ length: 11 }, () => take(5000)).filter(Boolean).length).toBe(10)
  expect(bucket.nextAt).toBe(5100)
  expect([take(5099), take(5100), take(5100), take(5150), take(5200)]).toEqual([
    false,
    true,
    false,
    false,
    true,
  ])
  expect(Array.from({ length: 20 }, () => take(60_000)).filter(Boolean).length).toBe(10)
})

test('many small steps add up', () => {
  const bucket = new TokenBucket(3, 0)
  for (let count = 0; count < 3; count += 1) bucket.take(0)
  let allowed = 0
  for (let now = 1; now <= 10_000; now += 1) if (bucket.take(now)) allowed += 1
  expect(allowed).toBe(30)
  expect(bucket.take(bucket.nextAt)).toBe(true)
})

test('a big one is allowed when one is, and paid for afterwards', () => {
  const bucket = new TokenBucket(10, 0)
  expect([bucket.take(0, 8), bucket.take(0, 8), bucket.take(0)]).toEqual([true, true, false])
  expect(bucket.nextAt).toBe(700)
  expect([bucket.take(699), bucket.take(700)]).toEqual([false, true])
})
