import { VirtualClock } from '@snek/platform/testing'
import { pattern, Recorder } from '@snek/transport/testing'
import { describe, expect, test } from 'vitest'
import type { DataChannel } from '../src/data-channel.ts'
import { DataChannelStream } from '../src/data-channel-stream.ts'

const WINDOW = 1024 * 1024

/** A channel, every event of which is up to the test. */
class FakeChannel implements DataChannel {
  readyState = 'open'
  binaryType = 'arraybuffer'
  onopen: ((event: object) => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: object) => void) | null = null
  onerror: ((event: object) => void) | null = null
  readonly texts: string[] = []
  readonly sizes: number[] = []

  send(data: Uint8Array | string): void {
    if (typeof data === 'string') this.texts.push(data)
    else this.sizes.push(data.length)
  }

  close(): void {
    this.readyState = 'closed'
  }

  get sent(): number {
    return this.sizes.reduce((sum, size) => sum + size, 0)
  }
}

function fake(): { clock: VirtualClock; channel: FakeChannel; near: Recorder; released: () => number } {
  const clock = new VirtualClock()
  const channel = new FakeChannel()
  let released = 0
  const release = (): void => {
    released += 1
  }
  const stream = new DataChannelStream(channel, { uri: 'webrtc://key', clock, release })
  return { clock, channel, near: new Recorder(stream), released: () => released }
}

async function started(): Promise<ReturnType<typeof fake>> {
  const made = fake()
  made.near.start()
  await Promise.resolve()
  return made
}

describe('a data channel as a byte stream', () => {
  test('sends no more than a window ahead of the reader', async () => {
    const { channel, near } = await started()
    expect(near.write(pattern(WINDOW + 100_000, 1))).toBe(true)
    await Promise.resolve()
    expect(channel.sent).toBe(WINDOW)
    expect(Math.max(...channel.sizes)).toBe(65_536)
    expect(near.write(pattern(200_000, 1))).toBe(false)
    await Promise.resolve()
    expect(channel.sent).toBe(WINDOW)
    channel.onmessage?.({ data: '131072' })
    expect(channel.sent).toBe(WINDOW + 131_072)
    expect(near.drains).toBe(0)
    channel.onmessage?.({ data: '131072' })
    expect(near.drains).toBe(1)
  })

  test('says how much was read', async () => {
    const { channel, near } = await started()
    for (let count = 0; count < 3; count += 1) channel.onmessage?.({ data: new ArrayBuffer(65_536) })
    expect(channel.texts).toEqual(['131072'])
    expect(near.length).toBe(3 * 65_536)
  })

  test('keeps a window of what nobody reads, and no more', async () => {
    const { channel, near, released } = fake()
    for (let count = 0; count < 16; count += 1) channel.onmessage?.({ data: new ArrayBuffer(65_536) })
    expect(channel.texts).toEqual([])
    expect(released()).toBe(0)
    channel.onmessage?.({ data: new ArrayBuffer(1) })
    expect(released()).toBe(1)
    expect(await near.start().closes()).toMatchObject({ code: 'connection-lost' })
  })

  test.each(['', '0', '-1', '1e3', '1', '9999999', 'hello', 'END'])('“%s” makes no sense', async (data) => {
    const { channel, near, released } = await started()
    channel.onmessage?.({ data })
    expect(near.error).toMatchObject({ code: 'connection-lost' })
    expect(released()).toBe(1)
    expect(channel.readyState).toBe('closed')
  })

  test('a message of another kind makes no sense', async () => {
    const { channel, near } = await started()
    channel.onmessage?.({ data: {} })
    expect(near.error).toMatchObject({ code: 'connection-lost' })
  })

  test('whoever closes says so, waits for the answer, and lets go', async () => {
    const { clock, channel, near, released } = await started()
    near.write(pattern(10, 1))
    near.close()
    expect(channel.texts).toEqual(['end'])
    expect(channel.sent).toBe(10)
    expect(near.closed).toBe(false)
    channel.onmessage?.({ data: 'end' })
    expect(near.closed).toBe(true)
    expect(near.error).toBeUndefined()
    expect(released()).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  test('an answer that doesn’t come is waited for a second', async () => {
    const { clock, near, released } = await started()
    near.close()
    clock.advance(999)
    expect(released()).toBe(0)
    clock.advance(1)
    expect(near.closed).toBe(true)
    expect(released()).toBe(1)
  })

  test('who was told the end answers, and lets go in time', async () => {
    const { clock, channel, near, released } = await started()
    channel.onmessage?.({ data: 'end' })
    expect(near.closed).toBe(true)
    expect(channel.texts).toEqual(['end'])
    expect(released()).toBe(0)
    channel.onclose?.({})
    expect(released()).toBe(1)
    expect(clock.pendingTimers).toBe(0)
    near.behaves()
  })

  test('without an end, a closed channel is connection-lost', async () => {
    const { channel, near, released } = await started()
    channel.readyState = 'closed'
    near.write(pattern(10, 1))
    await Promise.resolve()
    channel.onclose?.({})
    expect(near.error).toMatchObject({ code: 'connection-lost' })
    expect(released()).toBe(1)
  })
})
