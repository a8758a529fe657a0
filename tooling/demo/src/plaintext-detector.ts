// Finds pieces of a file in bytes that pass by, wherever they are cut.
import { open } from 'node:fs/promises'

/** Length of a sample, in bytes: long enough never to turn up by chance. */
export const SAMPLE_LENGTH = 32

/** A sample is taken from every so many bytes, or from fewer places if these would be too many. */
const SAMPLE_DISTANCE = 4096
const SAMPLE_LIMIT = 4096

/** Samples of a file at `path`, evenly spread. */
export async function sampleFile(path: string): Promise<Uint8Array[]> {
  await using file = await open(path)
  const { size } = await file.stat()
  const distance = Math.max(SAMPLE_DISTANCE, Math.ceil(size / SAMPLE_LIMIT))
  const samples: Uint8Array[] = []
  for (let start = 0; start + SAMPLE_LENGTH <= size; start += distance) {
    const { buffer } = await file.read(new Uint8Array(SAMPLE_LENGTH), { position: start })
    samples.push(buffer)
  }
  return samples
}

/** Samples, and a search for them at every position of a stream. */
export class PlaintextDetector {
  readonly #samples = new Map<number, Uint8Array[]>()
  /** Whether any sample begins with these two bytes: rules out most positions quickly. */
  readonly #beginnings = new Uint8Array(0x10000)
  #count = 0

  /** Leaves out monotonous samples, which could be anything. */
  constructor(samples: readonly Uint8Array[]) {
    for (const sample of samples) {
      if (new Set(sample).size >= SAMPLE_LENGTH / 4) this.#add(sample)
    }
  }

  /** Different samples. */
  get count(): number {
    return this.#count
  }

  /** A search of its own, over one direction of one connection. */
  search(): PlaintextSearch {
    return new PlaintextSearch((bytes, position) => this.#sampleAt(bytes, position))
  }

  #add(sample: Uint8Array): void {
    const word = wordAt(sample, 0)
    const same = this.#samples.get(word) ?? []
    if (same.some((other) => Buffer.compare(other, sample) === 0)) return
    same.push(sample)
    this.#samples.set(word, same)
    this.#beginnings[word >>> 16] = 1
    this.#count++
  }

  #sampleAt(bytes: Uint8Array, position: number): Uint8Array | undefined {
    const beginning = ((bytes[position] ?? 0) << 8) | (bytes[position + 1] ?? 0)
    if (this.#beginnings[beginning] === 0) return undefined
    const candidates = this.#samples.get(wordAt(bytes, position))
    const here = bytes.subarray(position, position + SAMPLE_LENGTH)
    return candidates?.find((sample) => Buffer.compare(sample, here) === 0)
  }
}

export class PlaintextSearch {
  readonly #sampleAt: (bytes: Uint8Array, position: number) => Uint8Array | undefined
  readonly #found = new Set<Uint8Array>()
  #tail: Uint8Array = new Uint8Array(0)
  #bytes = 0

  constructor(sampleAt: (bytes: Uint8Array, position: number) => Uint8Array | undefined) {
    this.#sampleAt = sampleAt
  }

  /** Bytes searched so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Different samples found so far. */
  get found(): number {
    return this.#found.size
  }

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    const bytes = Buffer.concat([this.#tail, chunk])
    const last = bytes.length - SAMPLE_LENGTH
    for (let position = 0; position <= last; position++) {
      const sample = this.#sampleAt(bytes, position)
      if (sample !== undefined) this.#found.add(sample)
    }
    this.#tail = bytes.subarray(Math.max(0, last + 1))
  }
}

function wordAt(bytes: Uint8Array, position: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + position).getUint32(0)
}
