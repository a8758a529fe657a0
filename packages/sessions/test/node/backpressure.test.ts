// A slow reader stops a fast writer; neither side's memory grows with what is sent.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { engineMemory } from '../../src/engine/load.ts'
import { streamPair } from '../fixtures.ts'
import { TestNetwork } from '../network.ts'

const MB = 1_000_000
const TOTAL = 64 * MB
/** Bytes each ms. */
const PACE = (4 * MB) / 1000
/** In virtual ms. */
const SAMPLE = 1000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What both sides hold, which share this process. */
async function held(): Promise<number> {
  collectGarbage()
  // What the first one freed of buffers is counted until the next.
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external + (await engineMemory()).bytes.length
}

test('64 MB to one who reads 4 MB/s take less than 8 MB on both sides together', async () => {
  const network = new TestNetwork()
  const { near, far } = await streamPair({ network })
  const chunk = new Uint8Array(64 * 1024)
  const before = await held()

  let written = 0
  const writer = near.writable.getWriter()
  const writing = (async () => {
    for (; written < TOTAL; written += chunk.length) await writer.write(chunk)
    await writer.close()
  })()

  let read = 0
  const start = network.clock.now()
  const reading = (async () => {
    for await (const { length } of far.readable) {
      read += length
      const due = start + read / PACE
      await new Promise<void>((resolve) => network.clock.setTimeout(resolve, due - network.clock.now()))
    }
  })()

  let [most, ahead] = [0, 0]
  while (read < TOTAL) {
    await network.pass(SAMPLE)
    most = Math.max(most, (await held()) - before)
    ahead = Math.max(ahead, written - read)
  }
  await network.run(Promise.all([writing, reading]))
  expect(network.clock.now() - start).toBeGreaterThanOrEqual(TOTAL / PACE)
  expect(ahead).toBeLessThan(6 * MB)
  expect(most).toBeLessThan(8 * MB)
}, 60_000)
