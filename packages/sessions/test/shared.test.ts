// Sessions in which both sides open streams, as the Go reference does whoever has dialled.
import { expect, test, vi } from 'vitest'
import type { QuicSession } from '../src/session.ts'
import { later, next, type Pair, pair, send, textOf } from './fixtures.ts'

test('streams that the other side opens in a session that we dialled come to our listener', async () => {
  const { network, near, dialled, accepted } = await pair()
  const listener = near.listen('test')
  const incoming = next(listener)
  const stream = await accepted.openStream()
  const [session] = await network.run(Promise.all([incoming, send(stream.writable, 'from afar')]))
  expect(session).toBe(dialled)
  expect(await network.run(textOf((await next(session.streams)).readable))).toBe('from afar')
})

test('the listener gets such a session once, and the streams of it in order', async () => {
  const { network, near, dialled, accepted } = await pair()
  const listener = near.listen('test')
  for (const text of ['first', 'second'])
    await network.run(send((await accepted.openStream()).writable, text))
  await network.pass(100)
  expect(await network.run(next(listener))).toBe(dialled)
  const texts: string[] = []
  for (let count = 0; count < 2; count += 1) {
    texts.push(await network.run(textOf((await next(dialled.streams)).readable)))
  }
  expect(texts).toEqual(['first', 'second'])
  const more = listener[Symbol.asyncIterator]().next()
  await network.pass(100)
  await listener.close()
  expect(await more).toEqual({ value: undefined, done: true })
})

test('who dialled and asked for the streams keeps them', async () => {
  const { network, near, dialled, accepted } = await pair()
  const listener = near.listen('test')
  const incoming = next(dialled.streams)
  const { writable } = await accepted.openStream()
  const [stream] = await network.run(Promise.all([incoming, send(writable, 'for you')]))
  expect(await network.run(textOf(stream.readable))).toBe('for you')
  await listener.close()
  expect(await listener[Symbol.asyncIterator]().next()).toEqual({ value: undefined, done: true })
})

test('a listener that is closed leaves alone sessions that we dialled', async () => {
  const { network, near, dialled, accepted } = await pair()
  const listener = near.listen('test')
  await network.run(send((await accepted.openStream()).writable, 'waits'))
  await network.pass(100)
  await listener.close()
  const stream = await dialled.openStream()
  const [there] = await network.run(
    Promise.all([next(accepted.streams), send(stream.writable, 'still here')]),
  )
  expect(await network.run(textOf(there.readable))).toBe('still here')
})

test('a session that was replaced ends 5 s after the last of its streams', async () => {
  const { network, near, far, dialled, accepted } = await pair()
  const stream = await dialled.openStream()
  const sending = later(send(stream.writable, 'almost done'))
  const there = await network.run(next(accepted.streams))
  ;(accepted as QuicSession).retire()
  await network.pass(100)
  expect(far.counters().sessions).toBe(1)
  await network.run(Promise.all([sending, textOf(there.readable)]))
  await network.pass(100)
  expect(far.counters().sessions).toBe(1)
  await network.run(send(there.writable, 'done'))
  expect(await network.run(textOf(stream.readable))).toBe('done')
  await network.pass(4500)
  expect(far.counters().sessions).toBe(1)
  await network.pass(1000)
  await network.run(dialled.closed)
  expect([near.counters().sessions, far.counters().sessions]).toEqual([0, 0])
})

test('a stream that is on its way when its session is replaced arrives', async () => {
  const { network, dialled, accepted } = await pair()
  const stream = await dialled.openStream()
  const sending = later(send(stream.writable, 'just in time'))
  ;(accepted as QuicSession).retire()
  const there = await network.run(next(accepted.streams))
  const [text] = await network.run(Promise.all([textOf(there.readable), sending]))
  expect(text).toBe('just in time')
})

/** A pair whose far side counts as the Go reference. */
async function sharedPair(): Promise<Pair> {
  const sessions = await pair()
  vi.spyOn(sessions.dialled as QuicSession, 'isShared', 'get').mockReturnValue(true)
  return sessions
}

test('a session with one of our own is closed when it is released', async () => {
  const { network, near, dialled } = await pair()
  await network.run(dialled.release() ?? Promise.reject(new Error('it stays')))
  expect(near.counters().sessions).toBe(0)
})

test('a shared session that is released stays until it had no streams for 5 s, whoever opened them', async () => {
  const { network, near, far, dialled, accepted } = await sharedPair()
  const theirs = await accepted.openStream()
  const sending = later(send(theirs.writable, 'long story'))
  const arrived = await network.run(next(dialled.streams))
  expect(dialled.release()).toBeUndefined()
  await network.pass(10_000)
  expect(dialled.release(new Error('given up'))).toBeUndefined()
  await network.run(Promise.all([sending, textOf(arrived.readable), send(arrived.writable, 'well')]))
  expect(await network.run(textOf(theirs.readable))).toBe('well')
  await network.pass(4900)
  const ours = await dialled.openStream()
  const there = later(next(accepted.streams))
  await network.run(send(ours.writable, 'one more'))
  const last = await network.run(there)
  await network.run(Promise.all([textOf(last.readable), send(last.writable, 'fine'), textOf(ours.readable)]))
  await network.pass(4500)
  expect([near.counters().sessions, far.counters().sessions]).toEqual([1, 1])
  await network.pass(1000)
  await network.run(dialled.closed)
  expect([near.counters().sessions, far.counters().sessions]).toEqual([0, 0])
})

test('a shared session that is released and lost leaves no timer behind', async () => {
  const { network, near, far, dialled } = await sharedPair()
  expect(dialled.release()).toBeUndefined()
  await network.run(Promise.all([dialled.close(), near.close(), far.close()]))
  await network.pass(1000)
  expect(network.clock.pendingTimers).toBe(0)
})
