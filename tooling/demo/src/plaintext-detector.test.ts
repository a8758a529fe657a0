import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { PlaintextDetector, SAMPLE_LENGTH } from './plaintext-detector.ts'

/** The same bytes each time, without any pattern. */
function noise(seed: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${seed}${index}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

function samplesOf(file: Uint8Array): Uint8Array[] {
  return Array.from({ length: 25 }, (_, index) => file.subarray(index * 4000, index * 4000 + SAMPLE_LENGTH))
}

describe('PlaintextDetector', () => {
  const file = noise('file', 100_000)
  const detector = new PlaintextDetector(samplesOf(file))

  test.each([1, 31, 32, 33, 4096, 65_536])(
    'finds every sample in the file, in chunks of %i bytes',
    (length) => {
      const search = detector.search()
      search.add(noise('before', 777))
      for (let start = 0; start < file.length; start += length)
        search.add(file.subarray(start, start + length))
      expect(detector.count).toBe(25)
      expect(search.found).toBe(25)
      expect(search.bytes).toBe(100_777)
    },
  )

  test('finds none in other bytes', () => {
    const search = detector.search()
    search.add(noise('other', 1_000_000))
    expect(search.found).toBe(0)
  })

  test('leaves monotonous samples out', () => {
    expect(new PlaintextDetector(samplesOf(new Uint8Array(100_000))).count).toBe(0)
  })
})
