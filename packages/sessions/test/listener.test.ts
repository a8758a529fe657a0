import { expect, test } from 'vitest'
import type { Session } from '../src/index.ts'
import { next, pair } from './fixtures.ts'
import { TestNetwork } from './network.ts'

test('a protocol has one listener, until it is closed', async () => {
  const node = await new TestNetwork().start(1)
  const listener = node.listen('test')
  expect(listener.protocol).toBe('test')
  expect(() => node.listen('test')).toThrow(expect.objectContaining({ code: 'protocol-in-use' }))
  await listener.close()
  await listener.close()
  await node.listen('test').close()
})

test('a listener that is closed ends its iteration, and newcomers are refused; sessions stay', async () => {
  const { network, near, far, listener, dialled, accepted } = await pair()
  const ended = listener[Symbol.asyncIterator]().next()
  await listener.close()
  expect(await ended).toEqual({ value: undefined, done: true })
  expect(await listener[Symbol.asyncIterator]().next()).toEqual({ value: undefined, done: true })
  const [stream] = await network.run(Promise.all([dialled.openStream(), dialled.openStream()]))
  stream.reset(3)
  await network.run(next(accepted.streams))
  await network.run(dialled.close())
  await expect(network.run(near.dial(far.key, 'test'))).rejects.toMatchObject({ code: 'refused-protocol' })
})

test('sessions wait for a listener that is slow, up to a limit', async () => {
  const network = new TestNetwork()
  const far = await network.start(1, { limits: { backlog: 2 } })
  const listener = far.listen('test')
  const nodes = [await network.start(2), await network.start(3), await network.start(4)]
  const dialled: Session[] = []
  for (const node of nodes) dialled.push(await network.run(node.dial(far.key, 'test')))
  const [, second, third] = dialled
  await network.pass(100)
  await expect(third?.closed).rejects.toMatchObject({
    code: 'closed-by-peer',
    closeCode: 2,
    closeText: 'busy',
  })
  expect((await next(listener)).remoteKey).toEqual(nodes[0]?.key)

  await listener.close()
  await network.pass(100)
  await expect(second?.closed).rejects.toMatchObject({ code: 'closed-by-peer', closeCode: 2 })
  expect(far.counters().sessions).toBe(1)
})

test('a session that nobody could take any more is turned away', async () => {
  const network = new TestNetwork()
  const [near, far] = [await network.start(1), await network.start(2)]
  const listener = far.listen('test')
  const dialling = near.dial(far.key, 'test')
  // far has answered, and awaits the last word of the handshake.
  await network.pass(12)
  await listener.close()
  const session = await network.run(dialling)
  await network.pass(100)
  await expect(session.closed).rejects.toMatchObject({ code: 'closed-by-peer', closeCode: 2 })
  expect(far.counters().sessions).toBe(0)
})
