import { describe, expect, test } from 'vitest'
import { FILE_NAMES, loadImplementations, runVectors } from '../src/index.ts'
import { files } from './vectors.ts'

const implementations = await loadImplementations()

test('every format has a file, and the other way round', () => {
  expect(files.map((file) => file.name).sort()).toEqual([...FILE_NAMES].sort())
})

describe('every case passes', () => {
  test.each(files.map((file) => [file.name, file] as const))('%s', (_, file) => {
    const results = [...runVectors([file], implementations)]
    expect(results.filter((result) => !result.passed)).toEqual([])
    expect(results).toHaveLength(JSON.parse(file.text).length)
  })
})
