import { seededRandom, VirtualClock } from '@snek/platform/testing'
import { describe, expect, test } from 'vitest'
import { createStreamPair, memoryTransport, type StreamPair, type StreamPairOptions } from './index.ts'
import { byteStreamSuite, pattern, Recorder, transportSuite } from './testing/index.ts'

transportSuite('memory', () => ({
  transport: memoryTransport(),
  address: 'memory://somewhere:0',
  openHandles: () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
}))

byteStreamSuite('memory, in fragments', async () => {
  const { streams } = createStreamPair({ random: seededRandom(1), latency: 1 })
  return streams
})

interface Link extends StreamPair {
  readonly clock: VirtualClock
  readonly near: Recorder
  readonly far: Recorder
}

function link(options: StreamPairOptions = {}): Link {
  const clock = new VirtualClock()
  const pair = createStreamPair({ clock, ...options })
  return { ...pair, clock, near: new Recorder(pair.streams[0]), far: new Recorder(pair.streams[1]) }
}

function startedLink(options: StreamPairOptions = {}): Link {
  const made = link(options)
  made.near.start()
  made.far.start()
  return made
}

describe('memory streams under a virtual clock', () => {
  test('bytes take the latency, and not a millisecond more', () => {
    const { clock, near, far } = startedLink({ latency: 20 })
    near.write(pattern(10, 1))
    clock.advance(5)
    near.write(pattern(10, 2))
    clock.advance(14)
    expect(far.length).toBe(0)
    clock.advance(1)
    expect(far.length).toBe(10)
    clock.advance(5)
    expect(far.length).toBe(20)
  })

  test('the close arrives after the bytes before it, and ends both sides', () => {
    const { clock, near, far } = startedLink({ latency: 20 })
    near.write(pattern(10, 1))
    near.close()
    clock.advance(19)
    expect(far.closed).toBe(false)
    expect(near.closed).toBe(false)
    clock.advance(1)
    expect(far.length).toBe(10)
    expect(far.closed).toBe(true)
    expect(near.closed).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  test('a close waits a second for a reader who never starts; then the rest is lost', () => {
    const { clock, near, far } = link()
    near.start().write(pattern(10, 1))
    near.close()
    clock.advance(999)
    expect(near.closed).toBe(false)
    clock.advance(1)
    expect(near.closed).toBe(true)
    expect(near.error).toBeUndefined()
    far.start()
    clock.advance(0)
    expect(far.error).toMatchObject({ code: 'connection-lost' })
    expect(clock.pendingTimers).toBe(0)
  })

  test('a lost link loses what was on its way, and both sides hear of it', () => {
    const { clock, near, far, cut } = startedLink({ latency: 20 })
    near.write(pattern(10, 1))
    clock.advance(10)
    cut()
    cut()
    expect(near.write(pattern(10, 1))).toBe(false)
    clock.advance(1000)
    for (const side of [near, far]) {
      expect(side.closed).toBe(true)
      expect(side.length).toBe(0)
      expect(side.error).toMatchObject({ name: 'TransportError', code: 'connection-lost' })
      side.behaves()
    }
    expect(clock.pendingTimers).toBe(0)
  })

  test('a close on a link that is lost meanwhile ends without a timer left', () => {
    const { clock, near, far, cut } = startedLink({ latency: 20 })
    near.close()
    cut()
    clock.advance(0)
    expect(near.closed && far.closed).toBe(true)
    expect(clock.pendingTimers).toBe(0)
  })

  test('the capacity counts bytes on their way; onDrain comes when half of them arrived', () => {
    const { clock, near, far } = startedLink({ latency: 20, capacity: 1000 })
    expect(near.write(pattern(600, 1))).toBe(true)
    clock.advance(10)
    expect(near.write(pattern(600, 2))).toBe(false)
    clock.advance(10)
    expect(far.length).toBe(600)
    expect(near.drains).toBe(0)
    clock.advance(10)
    expect(near.drains).toBe(1)
    expect(near.write(pattern(1, 3))).toBe(true)
  })

  test('fragments are the same for the same seed, and of many sizes', () => {
    const sizes = (seed: number): number[] => {
      const { clock, near, streams } = link({ random: seededRandom(seed) })
      const seen: number[] = []
      streams[1].start({
        onData: (chunk) => seen.push(chunk.length),
        onDrain: () => undefined,
        onClose: () => undefined,
      })
      for (let count = 0; count < 50; count += 1) near.write(pattern(3000, count))
      clock.advance(0)
      return seen
    }
    expect(sizes(1)).toEqual(sizes(1))
    expect(sizes(1)).not.toEqual(sizes(2))
    expect(sizes(1).reduce((sum, size) => sum + size)).toBe(150_000)
    expect(Math.min(...sizes(1))).toBe(1)
    expect(Math.max(...sizes(1))).toBeGreaterThan(3000)
  })

  test('a dial takes the latency, and an aborted one leaves no timer', async () => {
    const clock = new VirtualClock()
    const transport = memoryTransport({ clock, latency: 30 })
    const listener = await transport.listen(new URL('memory://hub'), (stream) => stream.close())
    expect(listener.uri).toBe('memory://hub')
    const dialling = transport.dial(new URL('memory://hub'))
    clock.advance(30)
    expect((await dialling).uri).toBe('memory://hub')
    const controller = new AbortController()
    const aborted = transport.dial(new URL('memory://hub'), { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    clock.advance(2000)
    expect(clock.pendingTimers).toBe(0)
  })
})
