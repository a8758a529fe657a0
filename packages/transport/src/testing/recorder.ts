import { waitFor } from '@snek/platform/testing'
import { expect } from 'vitest'
import type { ByteStream } from '../byte-stream.ts'

/** Reads a stream to its end, and insists on the promises of `ByteStreamHandlers`. */
export class Recorder {
  readonly stream: ByteStream
  readonly #parts: Uint8Array[] = []
  #length = 0
  #drains = 0
  #closed = false
  #error: Error | undefined
  #busyWith: 'start' | 'write' | 'close' | undefined
  readonly #violations: string[] = []

  constructor(stream: ByteStream) {
    this.stream = stream
  }

  start(): this {
    this.#during('start', () =>
      this.stream.start({
        onData: (chunk) => {
          this.#called('onData')
          this.#parts.push(chunk.slice())
          this.#length += chunk.length
        },
        onDrain: () => {
          this.#called('onDrain')
          this.#drains += 1
        },
        onClose: (error) => {
          this.#called('onClose')
          this.#closed = true
          this.#error = error
        },
      }),
    )
    return this
  }

  /** Writes what is overwritten afterwards. */
  write(bytes: Uint8Array): boolean {
    const chunk = bytes.slice()
    const writable = this.#during('write', () => this.stream.write(chunk))
    chunk.fill(0xee)
    return writable
  }

  close(): void {
    this.#during('close', () => this.stream.close())
  }

  get bytes(): Uint8Array {
    const all = new Uint8Array(this.#length)
    let offset = 0
    for (const part of this.#parts) {
      all.set(part, offset)
      offset += part.length
    }
    return all
  }

  get drains(): number {
    return this.#drains
  }

  get length(): number {
    return this.#length
  }

  get closed(): boolean {
    return this.#closed
  }

  /** What `onClose` was told. */
  get error(): Error | undefined {
    return this.#error
  }

  async receives(expected: Uint8Array): Promise<void> {
    await waitFor(() => this.#length >= expected.length || this.#closed, { timeout: 10_000 })
    expectSameBytes(this.bytes, expected)
    this.behaves()
  }

  async closes(): Promise<Error | undefined> {
    await waitFor(() => this.#closed, { timeout: 10_000 })
    this.behaves()
    return this.#error
  }

  behaves(): void {
    expect(this.#violations).toEqual([])
  }

  #during<T>(what: 'start' | 'write' | 'close', run: () => T): T {
    this.#busyWith = what
    try {
      return run()
    } finally {
      this.#busyWith = undefined
    }
  }

  #called(name: string): void {
    if (this.#busyWith !== undefined) this.#violations.push(`${name} inside ${this.#busyWith}`)
    if (this.#closed) this.#violations.push(`${name} after onClose`)
  }
}

/** `expect(...).toEqual` on megabytes takes seconds; this doesn't. */
export function expectSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length)
  const at = actual.findIndex((byte, index) => byte !== expected[index])
  if (at !== -1) expect.fail(`byte ${at} is ${actual[at]}, should be ${expected[at]}`)
}

/** Bytes that look random and don't repeat soon, the same for the same seed. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = (seed * 2_654_435_761 + 1) >>> 0
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}
