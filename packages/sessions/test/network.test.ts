import { createIdentity } from '@snek/identity'
import { seededRandom } from '@snek/platform/testing'
import { Key } from '@snek/wire'
import { describe, expect, test } from 'vitest'
import { createSessions, type DatagramNetwork } from '../src/index.ts'
import { bytesOf, expectBytes, later, next, pair, pattern, send, streamPair, textOf } from './fixtures.ts'
import { TestNetwork } from './network.ts'

const stranger = Key.from(new Uint8Array(32).fill(9))

describe('silence', () => {
  test('ends a session without keep-alives in the time asked for', async () => {
    const options = { idleTimeout: 4000, keepAlive: 0 }
    const { network, dialled, accepted } = await pair({ near: options, far: options })
    const start = network.clock.now()
    await expect(network.run(dialled.closed)).rejects.toMatchObject({
      code: 'idle-timeout',
      message: expect.stringContaining(dialled.remoteKey.short()),
    })
    expect(network.clock.now() - start).toBeLessThan(4100)
    await network.pass(100)
    await expect(accepted.closed).rejects.toMatchObject({ code: 'idle-timeout' })
  })

  test('is no end with keep-alives', async () => {
    const { network, dialled } = await pair()
    await network.pass(120_000)
    await network.run(dialled.openStream())
    expect(network.forgotten).toEqual([])
  })

  test('of a dead peer is told in time; before that, another way is looked for', async () => {
    const { network, dialled, near } = await streamPair({ near: { idleTimeout: 6000, keepAlive: 1000 } })
    const reading = later(bytesOf(near.readable))
    const start = network.clock.now()
    network.drop = () => true
    await expect(network.run(dialled.closed)).rejects.toMatchObject({ code: 'idle-timeout' })
    expect(network.clock.now() - start).toBeLessThan(8000)
    await expect(reading).rejects.toMatchObject({ code: 'idle-timeout' })
    expect(network.forgotten).toContainEqual(dialled.remoteKey)
  })

  test('that passes only delays', async () => {
    const { network, near, far } = await streamPair()
    const bytes = pattern(1_500_000)
    const received = network.run(bytesOf(far.readable))
    const sending = send(near.writable, bytes)
    network.clock.setTimeout(() => {
      network.drop = () => true
    }, 20)
    network.clock.setTimeout(() => {
      network.drop = () => false
    }, 8000)
    expectBytes(await received, bytes)
    await sending
    expect(network.forgotten.length).toBeGreaterThan(0)
  })
})

test('what a node’s own queues don’t take is sent again', async () => {
  const { network, near, far, dialled } = await streamPair()
  const bytes = pattern(1_000_000)
  const received = network.run(bytesOf(far.readable))
  const sending = send(near.writable, bytes)
  network.answer = 'queue-full'
  network.clock.setTimeout(() => {
    network.answer = 'sent'
  }, 500)
  expectBytes(await received, bytes)
  await sending
  expect(dialled.stats().packetsLost).toBeGreaterThan(0)
})

test('a peer that restarts has forgotten the session', async () => {
  const { network, dialled, far } = await pair()
  network.drop = (from) => from.equals(far.key)
  await network.run(far.close())
  network.drop = () => false
  await network.start(2)
  const stream = await network.run(dialled.openStream())
  await network.run(send(stream.writable, 'are you there?'))
  // The same randomness stands for the same secret here.
  await expect(network.run(dialled.closed)).rejects.toMatchObject({ code: 'reset' })
})

describe('garbage', () => {
  test('disturbs nobody', async () => {
    const { network, dialled, accepted, near, far } = await pair()
    const random = seededRandom(5)
    for (let index = 0; index < 2000; index += 1) {
      const from = index % 2 === 0 ? near.key : stranger
      network.inject(from, far.key, random(index % 1500), index % 100)
    }
    network.inject(near.key, far.key, random(65_535))
    const [stream] = await network.run(Promise.all([dialled.openStream(), network.pass(200)]))
    await network.run(send(stream.writable, 'still here'))
    const incoming = await network.run(next(accepted.streams))
    expect(await network.run(textOf(incoming.readable))).toBe('still here')
    expect(far.counters().packetsIgnored).toBeGreaterThan(1500)
    expect(far.counters().sessions).toBe(1)
  })

  test('that was once a session’s is ignored', async () => {
    const network = new TestNetwork()
    const heard: [Key, Key, Uint8Array][] = []
    network.drop = (from, to, payload) => {
      heard.push([from, to, payload.slice()])
      return false
    }
    const { dialled, accepted, near, far } = await streamPair({ network })
    network.drop = () => false
    for (const [from, to, payload] of heard) {
      network.inject(from, to, payload)
      network.inject(stranger, to, payload)
    }
    await network.pass(1000)
    await network.run(Promise.all([send(near.writable, 'hello'), textOf(far.readable)]))
    expect(await network.run(Promise.all([dialled.close(), accepted.closed]))).toBeDefined()
  })
})

test('a burst of packets that are no session’s is no burden', async () => {
  const { network, near, far, dialled, accepted } = await pair()
  const before = far.counters().packetsIn
  network.inject(near.key, far.key, new Uint8Array(65_000), 0, 100)
  const stream = await network.run(dialled.openStream())
  await network.run(send(stream.writable, 'hello'))
  const incoming = await network.run(next(accepted.streams))
  expect(await network.run(textOf(incoming.readable))).toBe('hello')
  expect(far.counters().packetsIn).toBeGreaterThanOrEqual(before + 100)
  expect(far.counters()).toMatchObject({ packetsIgnored: 100, packetsDropped: 0 })
})

test('a network may deliver while it is sent to', async () => {
  const identity = createIdentity()
  const network: DatagramNetwork = {
    key: identity.key,
    onDatagram: () => undefined,
    send: (_, payload) => {
      network.onDatagram(identity.key, payload.slice())
      return 'sent'
    },
    forgetCoordinates: () => undefined,
  }
  await using node = await createSessions({ identity, network })
  const accepting = next(node.listen('test'))
  const [dialled, accepted] = await Promise.all([node.dial(node.key, 'test'), accepting])
  const stream = await dialled.openStream()
  const bytes = pattern(2_000_000)
  const sending = send(stream.writable, bytes)
  const received = await bytesOf((await next(accepted.streams)).readable)
  await sending
  expectBytes(received, bytes)
})

describe('closing all sessions', () => {
  test('delivers, tells the others, and leaves nothing behind', async () => {
    const network = new TestNetwork()
    const { near, far, dialled, accepted } = await pair({ network })
    const stream = await network.run(dialled.openStream())
    const bytes = pattern(1_000_000)
    await network.run(send(stream.writable, bytes))
    const listener = near.listen('test')
    const accepting = later(next(listener))
    const dialling = later(near.dial(stranger, 'test'))

    await network.run(Promise.all([near.close(), near.close()]))
    await dialled.closed
    await expect(accepting).rejects.toThrow('no more came')
    await expect(dialling).rejects.toMatchObject({ code: 'sessions-closed' })
    await expect(near.dial(far.key, 'test')).rejects.toMatchObject({ code: 'sessions-closed' })
    await expect(dialled.openStream()).rejects.toMatchObject({ code: 'session-closed' })
    expect(() => near.listen('other')).toThrow(expect.objectContaining({ code: 'sessions-closed' }))
    stream.reset()
    stream.stop()

    await network.run(accepted.closed)
    const incoming = await network.run(next(accepted.streams))
    expectBytes(await network.run(bytesOf(incoming.readable)), bytes)
    await network.run(far.close())
    await network.pass(20)
    expect(network.clock.pendingTimers).toBe(0)
  })

  test('waits no longer than a session may take to be closed', async () => {
    const { network, near, dialled } = await pair()
    const stream = await network.run(dialled.openStream())
    network.loss = 100
    await network.run(send(stream.writable, 'lost'))
    const start = network.clock.now()
    await network.run(near.close())
    expect(network.clock.now() - start).toBeLessThan(10_100)
    await expect(dialled.closed).rejects.toMatchObject({ code: 'close-timeout' })
  })
})

test('sessions that come and go leave nothing behind', async () => {
  const network = new TestNetwork()
  const [near, far] = [await network.start(1), await network.start(2)]
  const listener = far.listen('test')
  void (async () => {
    for await (const session of listener) void session.close()
  })()
  for (let round = 0; round < 100; round += 1) {
    const session = await network.run(near.dial(far.key, 'test'))
    await network.run(session.close())
  }
  await network.pass(10_000)
  expect([near.counters().sessions, far.counters().sessions]).toEqual([0, 0])
  expect(network.clock.pendingTimers).toBe(0)
})
