import { waitFor } from '@snek/platform/testing'
import { describe, expect, test } from 'vitest'
import { type ByteStream, CLOSE_LIMIT } from '../byte-stream.ts'
import { pattern, Recorder } from './recorder.ts'

const SIZES = [1, 2, 103, 1200, 16_384, 32_768, 32_769, 65_535, 65_536, 65_537, 262_144, 1_048_576]

/** A stream that holds back no more than this much for a reader that doesn't read, kernel buffers included. */
const BUFFER_BOUND = 64 * 1024 * 1024

/** What every `ByteStream` must do. `connect` makes two ends of one; neither is started. */
export function byteStreamSuite(
  name: string,
  connect: () => Promise<readonly [ByteStream, ByteStream]>,
): void {
  const pair = async (): Promise<readonly [Recorder, Recorder]> => {
    const [near, far] = await connect()
    return [new Recorder(near), new Recorder(far)]
  }
  const startedPair = async (): Promise<readonly [Recorder, Recorder]> => {
    const [near, far] = await pair()
    return [near.start(), far.start()]
  }
  const end = async (...ends: readonly Recorder[]): Promise<void> => {
    for (const side of ends) side.close()
    for (const side of ends) expect(await side.closes()).toBeUndefined()
  }

  describe(`${name}: byte stream`, () => {
    test('chunks of all sizes arrive in order and whole, both ways at once', async () => {
      const [near, far] = await startedPair()
      const there = SIZES.map((size, index) => pattern(size, index))
      const back = SIZES.map((size, index) => pattern(size, index + 100)).reverse()
      for (const [index, chunk] of there.entries()) {
        near.write(chunk)
        far.write(back[index] as Uint8Array)
      }
      await far.receives(concat(there))
      await near.receives(concat(back))
      await end(near, far)
    })

    test('many small chunks of one turn arrive in order', async () => {
      const [near, far] = await startedPair()
      const chunks = Array.from({ length: 3000 }, (_, index) => pattern(1 + (index % 50), index))
      for (const chunk of chunks) near.write(chunk)
      await far.receives(concat(chunks))
      await end(near, far)
    })

    test('an empty chunk is nothing', async () => {
      const [near, far] = await startedPair()
      near.write(new Uint8Array(0))
      near.write(pattern(3, 1))
      await far.receives(pattern(3, 1))
      await end(near, far)
    })

    test('what was written before either side started is delivered', async () => {
      const [near, far] = await pair()
      near.write(pattern(104, 1))
      far.write(pattern(104, 2))
      far.start()
      await far.receives(pattern(104, 1))
      near.start()
      await near.receives(pattern(104, 2))
      await end(near, far)
    })

    test('backpressure: write returns false, onDrain comes, nothing is lost', async () => {
      const [near, far] = await pair()
      near.start()
      const chunk = pattern(64 * 1024, 7)
      const sent: Uint8Array[] = []
      let writable = true
      while (writable && sent.length * chunk.length < BUFFER_BOUND) {
        writable = near.write(chunk)
        sent.push(chunk)
        await turn()
      }
      expect(writable, 'a stream that nobody reads must fill').toBe(false)
      near.write(chunk) // one more than it wanted
      sent.push(chunk)
      expect(near.drains).toBe(0)
      far.start()
      await waitFor(() => near.drains === 1, { timeout: 10_000 })
      near.write(chunk)
      sent.push(chunk)
      await far.receives(concat(sent))
      await end(near, far)
    })

    test('a writer that heeds backpressure gets everything through', async () => {
      const [near, far] = await startedPair()
      const chunk = pattern(100_000, 3)
      for (let count = 0; count < 100; count += 1) {
        const drains = near.drains
        if (!near.write(chunk)) await waitFor(() => near.drains > drains, { timeout: 10_000 })
      }
      await far.receives(concat(Array.from({ length: 100 }, () => chunk)))
      await end(near, far)
    })

    for (const side of ['the dialling', 'the accepting'] as const) {
      test(`close by ${side} side still sends what was written, then ends both in order`, async () => {
        const [near, far] = await startedPair()
        const [closing, other] = side === 'the dialling' ? [near, far] : [far, near]
        const last = pattern(200_000, 11)
        closing.write(last)
        closing.close()
        expect(await other.closes()).toBeUndefined()
        await other.receives(last)
        expect(await closing.closes()).toBeUndefined()
      })

      test(`close by ${side} side before it started ends the other`, async () => {
        const [near, far] = await pair()
        const [closing, other] = side === 'the dialling' ? [near, far] : [far, near]
        other.start()
        other.write(pattern(100_000, 2)) // which nobody will read
        closing.write(pattern(10, 1))
        closing.close()
        const begin = performance.now()
        expect(await other.closes()).toBeUndefined()
        await other.receives(pattern(10, 1))
        expect(await closing.start().closes()).toBeUndefined()
        expect(closing.length).toBe(0)
        expect(performance.now() - begin, 'should not have to run into its limit').toBeLessThan(CLOSE_LIMIT)
      })

      test(`${side} side that starts after the other closed gets the bytes, then the close`, async () => {
        const [near, far] = await pair()
        const [late, closing] = side === 'the dialling' ? [near, far] : [far, near]
        closing.start().write(pattern(500, 4))
        closing.close()
        await turn()
        expect(await late.start().closes()).toBeUndefined()
        await late.receives(pattern(500, 4))
        await closing.closes()
      })
    }

    test('input that the closing side never read does not cost the other side its last bytes', async () => {
      const [near, far] = await startedPair()
      near.write(pattern(1_000_000, 1))
      far.write(pattern(5000, 2))
      far.close()
      await near.closes()
      await near.receives(pattern(5000, 2))
      await far.closes()
    })

    test('both sides may close at once, and again', async () => {
      const [near, far] = await startedPair()
      near.close()
      near.close()
      far.close()
      expect(await near.closes()).toBeUndefined()
      expect(await far.closes()).toBeUndefined()
      near.close()
      near.behaves()
    })

    test('after a close, writes are dropped and nothing is delivered but onClose', async () => {
      const [near, far] = await startedPair()
      near.write(pattern(10, 1))
      near.close()
      near.write(pattern(10, 2))
      far.write(pattern(10, 3))
      await near.closes()
      await far.closes()
      near.write(pattern(10, 4))
      far.write(pattern(10, 5))
      await turn()
      expect(near.length).toBe(0)
      await far.receives(pattern(10, 1))
      near.behaves()
      far.behaves()
    })
  })
}

/** Lets whatever is due now happen. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
