import { describe, expect, test } from 'vitest'
import {
  compareKeys,
  decodeHex,
  decodeVaru64,
  encodeCoordinates,
  encodeHex,
  encodeVaru64,
  INITIAL_WATERMARK,
  isWorseWatermark,
  Key,
  treeDistance,
  type Watermark,
  WireError,
} from './index.ts'

function filled(byte: number): Key {
  return Key.from(new Uint8Array(32).fill(byte))
}

describe('keys', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => index)
  const key = Key.from(bytes)

  test('are values', () => {
    bytes[0] = 99
    key.toBytes()[1] = 99
    expect(key.toString()).toBe('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f')
    expect(key.short()).toBe('00010203')
    expect(JSON.stringify({ key })).toBe(`{"key":"${key.hex}"}`)
    expect(key.equals(Key.parse(key.toString()))).toBe(true)
    expect(key.equals(filled(1))).toBe(false)
    expect(key).not.toEqual(filled(1))
    expect(Object.isFrozen(key)).toBe(true)
  })

  test('read and write bytes in place', () => {
    const target = new Uint8Array(40)
    key.copyTo(target, 5)
    expect(key.equalsBytes(target, 5)).toBe(true)
    expect(key.equalsBytes(target)).toBe(false)
    expect(key.equalsBytes(target.subarray(0, 36), 5)).toBe(false)
  })

  test('are parsed from hex and base32', () => {
    expect(key.toBase32()).toBe('aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq')
    for (const text of [
      key.hex,
      key.hex.toUpperCase(),
      key.toBase32(),
      `${key.toBase32().toUpperCase()}.snek`,
    ]) {
      expect(Key.parse(text)).toEqual(key)
    }
  })

  test.each([
    '',
    'abc',
    `${'0'.repeat(63)}g`,
    `0x${'0'.repeat(62)}`,
    `${'0'.repeat(64)}.snek`,
    'a'.repeat(51),
    'a'.repeat(53),
    `${'a'.repeat(51)}b`,
    `${'a'.repeat(51)}1`,
    `${'a'.repeat(52)}.snake`,
  ])('are not parsed from %j', (text) => {
    expect(() => Key.parse(text)).toThrow(new WireError('bad-key', 0))
  })

  test('have 32 bytes', () => {
    expect(() => Key.from(new Uint8Array(31))).toThrow(WireError)
    expect(() => Key.from(new Uint8Array(33))).toThrow(WireError)
  })

  test('are ordered as byte strings', () => {
    const keys = [filled(0x80), filled(0), filled(0xff), filled(0x7f)]
    expect(keys.sort(compareKeys)).toEqual([filled(0), filled(0x7f), filled(0x80), filled(0xff)])
    expect(compareKeys(filled(3), filled(3))).toBe(0)
  })
})

test('hex', () => {
  expect(encodeHex(Uint8Array.of(0, 1, 0xab))).toBe('0001ab')
  expect(decodeHex('0001aB')).toEqual(Uint8Array.of(0, 1, 0xab))
  expect(decodeHex('')).toEqual(new Uint8Array())
  for (const text of ['0', '0g', ' 00', '00 ']) expect(decodeHex(text)).toBeUndefined()
})

describe('numbers that a field can’t hold', () => {
  test.each([-1n, 2n ** 64n])('varu64 %s', (value) => {
    expect(() => encodeVaru64(value)).toThrow(new WireError('out-of-range', 0))
  })

  test('too many ports', () => {
    expect(encodeCoordinates(new Array<bigint>(65_535).fill(1n))).toHaveLength(65_537)
    expect(() => encodeCoordinates(new Array<bigint>(65_536).fill(1n))).toThrow(new WireError('too-long', 0))
  })
})

test('varu64 in the middle of something', () => {
  expect(decodeVaru64(Uint8Array.of(0x80, 0x89, 0x52, 0x80), 1)).toEqual({ value: 1234n, end: 3 })
  expect(() => decodeVaru64(Uint8Array.of(1, 2), 9)).toThrow(new WireError('truncated', 9))
})

test('tree distance', () => {
  const distance = (a: number[], b: number[]) => treeDistance(a.map(BigInt), b.map(BigInt))
  expect(distance([], [])).toBe(0)
  expect(distance([1, 2, 3], [1, 2, 3])).toBe(0)
  expect(distance([1, 2, 3], [1, 2])).toBe(1)
  expect(distance([], [1, 2])).toBe(2)
  expect(distance([1, 2, 3], [1, 4, 3])).toBe(4)
})

test('worse watermarks', () => {
  const mark = (byte: number, sequence: bigint): Watermark => ({ key: filled(byte), sequence })
  expect(isWorseWatermark(mark(2, 5n), mark(1, 9n))).toBe(true)
  expect(isWorseWatermark(mark(1, 9n), mark(2, 5n))).toBe(false)
  expect(isWorseWatermark(mark(1, 5n), mark(1, 6n))).toBe(true)
  expect(isWorseWatermark(mark(1, 6n), mark(1, 6n))).toBe(false)
  expect(isWorseWatermark(mark(1, 0n), mark(1, 6n))).toBe(false)
  expect(isWorseWatermark(mark(255, 0n), INITIAL_WATERMARK)).toBe(false)
})
