import { SnekError } from '@snek/platform'
import { waitFor } from '@snek/platform/testing'
import { memoryTransport } from '@snek/transport'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createNode, type Node } from './node.ts'
import { answerPings, openPing } from './ping.ts'
import { streamNetwork } from './session-streams.ts'
import type { IncomingStreams, PeerStream, StreamNetwork } from './streams.ts'

let nodes: readonly Node[]
let near: StreamNetwork
let far: StreamNetwork

beforeEach(async () => {
  const transports = [memoryTransport()]
  const there = await createNode({ transports, listen: ['memory://there'] })
  const here = await createNode({ transports, peers: ['memory://there'] })
  nodes = [here, there]
  await waitFor(() => nodes.every((node) => node.snapshot().peers[0]?.root))
  near = streamNetwork(here)
  far = streamNetwork(there)
})

afterEach(async () => {
  for (const node of nodes) await node.close()
})

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

async function read(readable: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(readable).text()
}

async function write(stream: PeerStream, value: string): Promise<void> {
  const writer = stream.writable.getWriter()
  await writer.write(text(value))
  await writer.close()
  writer.releaseLock()
}

async function take(incoming: IncomingStreams): Promise<PeerStream> {
  for await (const stream of incoming) return stream
  throw new Error('no stream came')
}

/** How many sessions each side has. */
function sessions(): number[] {
  return nodes.map((node) => node.sessions.counters().sessions)
}

test('a stream carries bytes both ways, and its session ends with it', async () => {
  const incoming = await far.listen('file')
  const opened = await near.open(far.key, 'file')
  await write(opened, 'there')
  const arrived = await take(incoming)
  expect(arrived.remoteKey.equals(near.key)).toBe(true)
  expect(await read(arrived.readable)).toBe('there')
  await write(arrived, 'and back')
  await arrived.close()
  expect(sessions()).toEqual([1, 1])
  expect(await read(opened.readable)).toBe('and back')
  await opened.close()
  await waitFor(() => sessions().every((count) => count === 0))
})

test('what was written is delivered, though both have done with the stream', async () => {
  const incoming = await far.listen('file')
  const opened = await near.open(far.key, 'file')
  const value = 'x'.repeat(500_000)
  const writing = write(opened, value)
  const arrived = await take(incoming)
  const reading = read(arrived.readable)
  await writing
  await opened.close()
  expect(await reading).toBe(value)
})

test('streams share a session, which ends with the last of them', async () => {
  const incoming = await far.listen('file')
  const [one, other] = await Promise.all([near.open(far.key, 'file'), near.open(far.key, 'file')])
  await write(one, 'one')
  expect(await read((await take(incoming)).readable)).toBe('one')
  await one.close()
  expect(sessions()).toEqual([1, 1])
  await write(other, 'other')
  expect(await read((await take(incoming)).readable)).toBe('other')
  await other.close()
  await waitFor(() => sessions().every((count) => count === 0))
})

describe('a cut', () => {
  test('by the one who opened it ends the session, and says why', async () => {
    const incoming = await far.listen('file')
    const opened = await near.open(far.key, 'file')
    const writer = opened.writable.getWriter()
    await writer.write(text('half'))
    const arrived = await take(incoming)
    const reading = read(arrived.readable)
    await opened.close(new SnekError('interrupted', 'no more'))
    await expect(reading).rejects.toMatchObject({
      code: 'closed-by-peer',
      message: expect.stringContaining('no more'),
    })
    await expect(writer.closed).rejects.toThrow('no more')
  })

  test('of one stream leaves the others in the session alone', async () => {
    const incoming = await far.listen('file')
    const [one, other] = await Promise.all([near.open(far.key, 'file'), near.open(far.key, 'file')])
    await one.writable.getWriter().write(text('half'))
    const arrived = await take(incoming)
    await one.close(new SnekError('interrupted', 'no more'))
    await expect(read(arrived.readable)).rejects.toMatchObject({ code: 'reset-by-peer' })
    await write(other, 'whole')
    expect(await read((await take(incoming)).readable)).toBe('whole')
    await other.close()
  })

  test('by the other side is known to who only waits', async () => {
    const incoming = await far.listen('file')
    const opened = await near.open(far.key, 'file')
    const writer = opened.writable.getWriter()
    await writer.write(text('half'))
    await (await take(incoming)).close(new SnekError('disk-full', 'no room'))
    await expect(writer.closed).rejects.toMatchObject({ code: 'stopped-by-peer' })
    await expect(read(opened.readable)).rejects.toMatchObject({ code: 'reset-by-peer' })
    await opened.close(new Error('given up'))
  })
})

describe('listening', () => {
  test('is for one at a time', async () => {
    const first = await far.listen('file')
    await expect(far.listen('file')).rejects.toMatchObject({ code: 'protocol-in-use' })
    await first.close()
    await (await far.listen('file')).close()
  })

  test('that ends, ends the iteration and cuts what nobody took', async () => {
    const incoming = await far.listen('file')
    const streams = await Promise.all([near.open(far.key, 'file'), near.open(far.key, 'file')])
    const writers = streams.map((stream) => stream.writable.getWriter())
    for (const writer of writers) await writer.write(text('hello'))
    const iteration = incoming[Symbol.asyncIterator]()
    expect((await iteration.next()).done).toBe(false)
    await incoming.close()
    expect((await iteration.next()).done).toBe(true)
    await expect(writers[1]?.closed).rejects.toMatchObject({ code: 'stopped-by-peer' })
    await expect(near.open(far.key, 'other')).rejects.toMatchObject({ code: 'refused-protocol' })
    for (const stream of streams) await stream.close(new Error('given up'))
  })

  test('again takes streams of a session that was there before', async () => {
    const before = await far.listen('file')
    const held = await near.open(far.key, 'file')
    await held.writable.getWriter().write(text('held'))
    await take(before)
    await before.close()
    const refused = await near.open(far.key, 'file')
    const writer = refused.writable.getWriter()
    await writer.write(text('nobody listens'))
    await expect(writer.closed).rejects.toMatchObject({ code: 'stopped-by-peer' })
    const again = await far.listen('file')
    const opened = await near.open(far.key, 'file')
    await write(opened, 'somebody does')
    expect(await read((await take(again)).readable)).toBe('somebody does')
    await Promise.all([refused.close(), opened.close(), held.close(new Error('given up'))])
  })

  test('ends with the node', async () => {
    const incoming = await far.listen('file')
    const next = incoming[Symbol.asyncIterator]().next()
    await nodes[1]?.close()
    expect((await next).done).toBe(true)
  })
})

test('pings', async () => {
  await answerPings(far)
  const ping = await openPing(near, far.key)
  for (let index = 0; index < 3; index++) expect(await ping.roundTrip()).toBeGreaterThan(0)
  await ping.close()
  await waitFor(() => sessions().every((count) => count === 0))
})
