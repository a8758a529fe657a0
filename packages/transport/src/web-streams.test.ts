import { VirtualClock } from '@snek/platform/testing'
import { describe, expect, test } from 'vitest'
import { fromWebStreams } from './index.ts'
import { byteStreamSuite, pattern, Recorder } from './testing/index.ts'

/** Two ends of a link that knows nothing but Web Streams. */
function webLink(): readonly [WebEnd, WebEnd] {
  const there = new TransformStream<Uint8Array, Uint8Array>(undefined, byteLimit, byteLimit)
  const back = new TransformStream<Uint8Array, Uint8Array>(undefined, byteLimit, byteLimit)
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ]
}

interface WebEnd {
  readable: ReadableStream<Uint8Array>
  writable: WritableStream<Uint8Array>
}

const byteLimit = new ByteLengthQueuingStrategy({ highWaterMark: 16 * 1024 })

byteStreamSuite('Web Streams', async () => {
  const [near, far] = webLink()
  return [fromWebStreams(near, 'test:near'), fromWebStreams(far, 'test:far')]
})

async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await Promise.resolve()
}

describe('Web Streams that fail', () => {
  test('an error of the readable is connection-lost, with its cause, and aborts the writable', async () => {
    const cause = new Error('the cable was pulled')
    let aborted: unknown
    const readable = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(cause),
    })
    const writable = new WritableStream<Uint8Array>({
      abort: (reason) => {
        aborted = reason
      },
    })
    const stream = new Recorder(fromWebStreams({ readable, writable }, 'test:serial')).start()
    const error = await stream.closes()
    expect(error).toMatchObject({ code: 'connection-lost', cause })
    expect(error?.message).toContain('test:serial: the stream failed: the cable was pulled')
    expect(aborted).toBe(error)
  })

  test('an error of the writable is connection-lost, and cancels the readable', async () => {
    let cancelled: unknown
    const readable = new ReadableStream<Uint8Array>({
      cancel: (reason) => {
        cancelled = reason
      },
    })
    const writable = new WritableStream<Uint8Array>({
      write: () => Promise.reject(new Error('full')),
    })
    const stream = new Recorder(fromWebStreams({ readable, writable }, 'test:serial')).start()
    stream.write(pattern(1, 1))
    const error = await stream.closes()
    expect(error).toMatchObject({ code: 'connection-lost' })
    expect(cancelled).toBe(error)
    expect(stream.write(pattern(1, 1))).toBe(false)
  })

  test('a writable that takes nothing delays a close by a second only, and is aborted', async () => {
    const clock = new VirtualClock()
    const readable = new ReadableStream<Uint8Array>()
    let signal: AbortSignal | undefined
    const writable = new WritableStream<Uint8Array>({
      write: (_chunk, controller) => {
        signal = (controller as { signal?: AbortSignal }).signal // which Node’s types don't know
        return new Promise(() => undefined)
      },
    })
    const stream = new Recorder(fromWebStreams({ readable, writable }, 'test:', clock)).start()
    stream.write(pattern(10, 1))
    stream.close()
    await settle()
    clock.advance(999)
    await settle()
    expect(stream.closed).toBe(false)
    clock.advance(1)
    expect(await stream.closes()).toBeUndefined()
    expect(signal?.aborted).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })
})
