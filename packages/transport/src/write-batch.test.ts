import { expect, test } from 'vitest'
import { pattern } from './testing/index.ts'
import { WriteBatch } from './write-batch.ts'

function piecesOf(sizes: readonly number[], pieceLimit = 32_768): readonly Uint8Array[] {
  const batch = new WriteBatch(pieceLimit)
  for (const [index, size] of sizes.entries()) batch.push(pattern(size, index))
  expect(batch.bytes).toBe(sizes.reduce((sum, size) => sum + size, 0))
  const pieces = batch.take()
  expect(batch.isEmpty).toBe(true)
  expect(batch.bytes).toBe(0)
  expect(batch.take()).toEqual([])
  const bytes = sizes.flatMap((size, index) => [...pattern(size, index)])
  expect(pieces.flatMap((piece) => [...piece])).toEqual(bytes)
  return pieces
}

const lengths = (pieces: readonly Uint8Array[]): number[] => pieces.map((piece) => piece.length)

test('small chunks are joined up to the limit', () => {
  expect(lengths(piecesOf([100, 200, 300]))).toEqual([600])
  expect(lengths(piecesOf([5000, 5000, 5000], 10_000))).toEqual([10_000, 5000])
  expect(lengths(piecesOf([8191, 1], 8192))).toEqual([8192])
})

test('large chunks are passed on as they are, in their place', () => {
  expect(lengths(piecesOf([100, 100, 8192, 100, 100, 60_000, 70_000, 1]))).toEqual([
    200, 8192, 200, 60_000, 70_000, 1,
  ])
  const batch = new WriteBatch(32_768)
  const chunk = pattern(10, 1)
  batch.push(chunk)
  expect(batch.take()[0]).toBe(chunk)
})

test('empty chunks and empty batches are nothing', () => {
  expect(piecesOf([])).toEqual([])
  expect(piecesOf([0, 0])).toEqual([])
  expect(lengths(piecesOf([0, 5, 0]))).toEqual([5])
})
