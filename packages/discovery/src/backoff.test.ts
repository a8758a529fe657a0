import { expect, test } from 'vitest'
import { backoff } from './backoff.ts'

const constant = (byte: number) => () => Uint8Array.of(byte)

test('waits are stretched by up to a tenth, and never beyond an hour', () => {
  expect(backoff(0, constant(0))).toBe(5000)
  expect(backoff(0, constant(255))).toBeCloseTo(5498, 0)
  expect(backoff(1, constant(0))).toBe(2000)
  expect(backoff(1, constant(128))).toBe(2100)
  expect(backoff(11, constant(0))).toBe(2_048_000)
  expect(backoff(12, constant(0))).toBe(3_600_000)
  expect(backoff(12, constant(255))).toBe(3_600_000)
  expect(backoff(5000, constant(0))).toBe(3_600_000)
})
