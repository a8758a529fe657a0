import { Key } from '@snek/wire'
import { describe, expect, test } from 'vitest'
import { CloseCode, type Session } from '../src/index.ts'
import { next, pair, send, textOf } from './fixtures.ts'
import { TestNetwork } from './network.ts'

const nobody = Key.from(new Uint8Array(32).fill(9))

test('gives a session that both sides can use', async () => {
  const { network, near, far, dialled, accepted } = await pair()
  expect(dialled.remoteKey).toEqual(far.key)
  expect(accepted.remoteKey).toEqual(near.key)
  expect([dialled.protocol, accepted.protocol]).toEqual(['test', 'test'])
  const stream = await dialled.openStream()
  const [incoming] = await network.run(Promise.all([next(accepted.streams), send(stream.writable, 'hello')]))
  expect(incoming.id).toBe(stream.id)
  expect(await network.run(textOf(incoming.readable))).toBe('hello')
  await network.run(send(incoming.writable, 'and back'))
  expect(await network.run(textOf(stream.readable))).toBe('and back')
})

test('takes two round trips, after which the other side is known to have accepted', async () => {
  const network = new TestNetwork()
  const [near, far] = [await network.start(1), await network.start(2)]
  far.listen('test')
  const start = network.clock.now()
  await network.run(near.dial(far.key, 'test'))
  expect(network.clock.now() - start).toBe(4 * network.latency)
})

test('works with oneself', async () => {
  const network = new TestNetwork()
  const node = await network.start(1)
  const listener = node.listen('test')
  const [dialled, accepted] = await network.run(Promise.all([node.dial(node.key, 'test'), next(listener)]))
  const stream = await dialled.openStream()
  const [incoming] = await network.run(Promise.all([next(accepted.streams), send(stream.writable, 'me')]))
  expect(await network.run(textOf(incoming.readable))).toBe('me')
})

describe('rejects', () => {
  test('when nobody answers', async () => {
    const network = new TestNetwork()
    const node = await network.start(1)
    const start = network.clock.now()
    await expect(network.run(node.dial(nobody, 'test'))).rejects.toMatchObject({
      name: 'SessionError',
      code: 'dial-timeout',
      message: expect.stringContaining(nobody.short()),
    })
    expect(network.clock.now() - start).toBeCloseTo(10_000, 0)
    expect(network.forgotten).toContainEqual(nobody)
    expect(node.counters()).toMatchObject({ sessions: 0, packetsUnsent: 0 })
  })

  test('when there is no way', async () => {
    const network = new TestNetwork()
    const node = await network.start(1)
    network.answer = 'no-route'
    await expect(network.run(node.dial(nobody, 'test'))).rejects.toMatchObject({ code: 'unreachable' })
    expect(node.counters().packetsUnsent).toBeGreaterThan(2)
  })

  test.each([
    ['nothing', undefined],
    ['something else', 'other'],
  ])('when the other side listens for %s', async (_, protocol) => {
    const network = new TestNetwork()
    const [near, far] = [await network.start(1), await network.start(2)]
    if (protocol !== undefined) far.listen(protocol)
    await expect(network.run(near.dial(far.key, 'test'))).rejects.toMatchObject({
      code: 'refused-protocol',
      closeCode: 0x100 + 120,
      message: expect.stringContaining("'test'"),
    })
  })

  test('somebody else who answers for the key', async () => {
    const network = new TestNetwork()
    const [near, far, impostor] = [await network.start(1), await network.start(2), await network.start(3)]
    network.impersonate(impostor.key, far.key)
    impostor.listen('test')
    await expect(network.run(near.dial(far.key, 'test'))).rejects.toMatchObject({ code: 'wrong-key' })
    await network.pass(100)
    expect(impostor.counters()).toMatchObject({ handshakesFailed: 1, sessions: 0 })
  })

  test('somebody who dials as another key', async () => {
    const network = new TestNetwork()
    const [near, far, impostor] = [await network.start(1), await network.start(2), await network.start(3)]
    network.impersonate(impostor.key, near.key)
    far.listen('test')
    await expect(network.run(impostor.dial(far.key, 'test'))).rejects.toMatchObject({
      code: 'refused-by-peer',
    })
    expect(far.counters()).toMatchObject({ handshakesFailed: 1, sessions: 0 })
  })

  test('when the other side has too many sessions, and when we do', async () => {
    const network = new TestNetwork()
    const near = await network.start(1, { limits: { sessions: 2 } })
    const far = await network.start(2, { limits: { sessions: 1 } })
    for (const protocol of ['a', 'b', 'c']) far.listen(protocol)
    await network.run(near.dial(far.key, 'a'))
    await expect(network.run(near.dial(far.key, 'b'))).rejects.toMatchObject({ code: 'refused-by-peer' })
    const pending = near.dial(nobody, 'b')
    await expect(near.dial(far.key, 'c')).rejects.toMatchObject({ code: 'too-many-sessions' })
    await expect(network.run(pending)).rejects.toMatchObject({ code: 'dial-timeout' })
  })

  test.each(['', 'é'.repeat(128)])('a protocol of a bad length', async (protocol) => {
    const node = await new TestNetwork().start(1)
    await expect(node.dial(nobody, protocol)).rejects.toMatchObject({ code: 'bad-protocol' })
    expect(() => node.listen(protocol)).toThrow(expect.objectContaining({ code: 'bad-protocol' }))
  })
})

describe('a signal', () => {
  test('that aborts gives up, and nothing is left of it', async () => {
    const network = new TestNetwork()
    const node = await network.start(1)
    const controller = new AbortController()
    const dialling = node.dial(nobody, 'test', { signal: controller.signal })
    await network.pass(100)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(dialling).rejects.toBe(reason)
    await network.pass(5000)
    expect(node.counters().sessions).toBe(0)
    expect(network.clock.pendingTimers).toBe(0)
  })

  test('that has aborted rejects at once', async () => {
    const node = await new TestNetwork().start(1)
    const reason = new Error('too late')
    await expect(node.dial(nobody, 'test', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(node.counters().packetsOut).toBe(0)
  })

  test('of one caller is nothing to another', async () => {
    const network = new TestNetwork()
    const [near, far] = [await network.start(1), await network.start(2)]
    far.listen('test')
    const controller = new AbortController()
    const one = near.dial(far.key, 'test', { signal: controller.signal })
    const other = near.dial(far.key, 'test')
    await network.pass(1)
    controller.abort()
    await expect(one).rejects.toBe(controller.signal.reason)
    expect((await network.run(other)).remoteKey).toEqual(far.key)
  })
})

describe('one session for each key and protocol', () => {
  test('is shared by those who dial at the same time, and later', async () => {
    const network = new TestNetwork()
    const [near, far] = [await network.start(1), await network.start(2)]
    far.listen('test')
    far.listen('other')
    const [one, two, other] = await network.run(
      Promise.all([near.dial(far.key, 'test'), near.dial(far.key, 'test'), near.dial(far.key, 'other')]),
    )
    expect(two).toBe(one)
    expect(other).not.toBe(one)
    expect(await near.dial(far.key, 'test')).toBe(one)
    expect(far.counters().handshakes).toBe(2)
  })

  test('is dialled anew once it is closed', async () => {
    const { network, near, far, dialled } = await pair()
    const closing = dialled.close()
    const again = await network.run(near.dial(far.key, 'test'))
    expect(again).not.toBe(dialled)
    await network.run(closing)
    expect(await near.dial(far.key, 'test')).toBe(again)
  })

  test('is two when both dial at once', async () => {
    const network = new TestNetwork()
    const [near, far] = [await network.start(1), await network.start(2)]
    const [nearListener, farListener] = [near.listen('test'), far.listen('test')]
    const sessions = await network.run(
      Promise.all([
        near.dial(far.key, 'test'),
        far.dial(near.key, 'test'),
        next(nearListener),
        next(farListener),
      ]),
    )
    expect(new Set(sessions).size).toBe(4)
  })
})

describe('a duplicate', () => {
  /** far closes so many sessions as soon as it has them; what it sends between is lost. */
  async function closing(count: number): Promise<{ session: Promise<Session>; accepted: number[] }> {
    const network = new TestNetwork()
    const [near, far] = [await network.start(1), await network.start(2)]
    let start = 0
    let state: 'awaits' | 'silent' | 'closes' = 'awaits'
    network.drop = (from, _, payload) => {
      const isFirst = (payload[0] as number) >= 0x80 && payload.length >= 1200
      if (from.equals(near.key)) {
        if (state === 'awaits' && isFirst) [state, start] = ['silent', network.clock.now()]
        return false
      }
      return state === 'silent' && network.clock.now() >= start + 15
    }
    const accepted: number[] = []
    void (async () => {
      for await (const session of far.listen('test')) {
        accepted.push(network.clock.now() - start)
        state = 'closes'
        if (accepted.length > count) continue
        await session.close({ code: CloseCode.done, text: 'connection replaced' })
        state = 'awaits'
      }
    })()
    return { session: network.run(near.dial(far.key, 'test')), accepted }
  }

  test('that the other side closes is dialled once more', async () => {
    const { session, accepted } = await closing(1)
    await expect(session).resolves.toBeDefined()
    expect(accepted).toHaveLength(2)
  })

  test('that it closes again and again is refused', async () => {
    const { session, accepted } = await closing(9)
    await expect(session).rejects.toMatchObject({
      code: 'refused-by-peer',
      closeCode: 0,
      closeText: 'connection replaced',
    })
    expect(accepted).toHaveLength(7)
  })
})
