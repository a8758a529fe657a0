import { expect, test } from 'vitest'
import { next, pair, send, textOf } from './fixtures.ts'

test('a session that both sides can use', async () => {
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
