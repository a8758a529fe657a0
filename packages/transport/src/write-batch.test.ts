import { expect, test } from 'vitest'
import { pattern } from './testing/index.ts'
import { BufferPool, WriteBatch } from './write-batch.ts'

function piecesOf(sizes: readonly number[], length = 32_768): readonly Uint8Array[] {
  const batch = new WriteBatch(new BufferPool(length))
  for (const [index, size] of sizes.entries()) {
    const chunk = pattern(size, index)
    batch.push(chunk)
    chunk.fill(0)
  }
  expect(batch.bytes).toBe(sizes.reduce((sum, size) => sum + size, 0))
  const pieces = batch.take()
  expect(batch.isEmpty).toBe(true)
  expect(batch.take()).toEqual([])
  const bytes = sizes.flatMap((size, index) => [...pattern(size, index)])
  expect(pieces.flatMap((piece) => [...piece])).toEqual(bytes)
  return pieces
}

const lengths = (pieces: readonly Uint8Array[]): number[] => pieces.map((piece) => piece.length)

test('chunks are copied, and joined up to the length of a buffer', () => {
  expect(lengths(piecesOf([100, 200, 300]))).toEqual([600])
  expect(lengths(piecesOf([5000, 5000, 5000], 10_000))).toEqual([10_000, 5000])
  expect(lengths(piecesOf([8191, 1, 1], 8192))).toEqual([8192, 1])
  expect(lengths(piecesOf([100_000]))).toEqual([32_768, 32_768, 32_768, 1696])
})

test('empty chunks and empty batches are nothing', () => {
  expect(piecesOf([])).toEqual([])
  expect(piecesOf([0, 0])).toEqual([])
  expect(lengths(piecesOf([0, 5, 0]))).toEqual([5])
})

test('buffers that are given back are used again', () => {
  const pool = new BufferPool(1000)
  const batch = new WriteBatch(pool)
  batch.push(pattern(600, 1))
  const [first] = batch.take() as [Uint8Array]
  batch.push(pattern(600, 2))
  const [second] = batch.take() as [Uint8Array]
  expect(second.buffer).not.toBe(first.buffer)
  pool.give(first)
  batch.push(pattern(10, 3))
  const [short] = batch.take() as [Uint8Array]
  expect(short.buffer).toBe(first.buffer)
  expect(short).toEqual(pattern(10, 3))
  pool.give(short)
  batch.push(pattern(600, 4))
  const [again] = batch.take() as [Uint8Array]
  expect(again.buffer).toBe(first.buffer)
  expect(again).toEqual(pattern(600, 4))
})

test('a pool keeps only some', () => {
  const pool = new BufferPool(10)
  const taken = Array.from({ length: 100 }, () => pool.take())
  for (const buffer of taken) pool.give(buffer)
  const known = new Set(taken.map(({ buffer }) => buffer))
  const again = Array.from({ length: 100 }, () => pool.take())
  expect(again.filter(({ buffer }) => known.has(buffer))).toHaveLength(16)
})
