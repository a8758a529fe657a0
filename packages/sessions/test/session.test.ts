import { describe, expect, test } from 'vitest'
import { CloseCode } from '../src/index.ts'
import { bytesOf, expectBytes, later, next, pair, pattern, send, streamPair, textOf } from './fixtures.ts'
import { TestNetwork } from './network.ts'

describe('close', () => {
  test('in order loses nothing that was written and closed, on either side, whatever the network does', async () => {
    const network = new TestNetwork(7)
    Object.assign(network, { loss: 10, reordering: 10 })
    const { dialled, accepted, near, far } = await streamPair({ network })
    const [there, back] = [pattern(1_500_000), pattern(1_000_000)]
    await network.run(Promise.all([send(near.writable, there), send(far.writable, back)]))
    await network.run(dialled.close())
    await dialled.closed
    await network.run(accepted.closed)
    // Only now does anybody read.
    expectBytes(await network.run(bytesOf(far.readable)), there)
    await expect(bytesOf(near.readable)).rejects.toMatchObject({ code: 'session-closed' })
  })

  test('in order fails what is still open, and never ends it', async () => {
    const { network, dialled, accepted, near, far } = await streamPair()
    const reading = later(bytesOf(far.readable))
    const writing = far.writable.getWriter().closed
    const [nearReading, nearWriting] = [later(bytesOf(near.readable)), near.writable.getWriter().closed]
    await network.run(dialled.close())
    await network.run(accepted.closed)
    const byPeer = { name: 'SessionError', code: 'closed-by-peer', closeCode: 0 }
    const here = { name: 'SessionError', code: 'session-closed' }
    await expect(reading).rejects.toMatchObject(byPeer)
    await expect(writing).rejects.toMatchObject(byPeer)
    await expect(nearReading).rejects.toMatchObject(here)
    await expect(nearWriting).rejects.toMatchObject(here)
    await expect(accepted.openStream()).rejects.toMatchObject(byPeer)
    expect(() => accepted.sendDatagram(new Uint8Array(1))).toThrow(expect.objectContaining(byPeer))
    expect(accepted.stats().packetsIn).toBeGreaterThan(0)
  })

  test('gives what had arrived, and then the failure', async () => {
    const { network, dialled, near, far } = await streamPair()
    const writer = near.writable.getWriter()
    await network.run(writer.write(pattern(300_000)))
    await network.pass(100)
    await network.run(dialled.close())
    await network.pass(100)
    const reader = far.readable.getReader()
    let received = 0
    const reading = (async () => {
      for (;;) received += (await reader.read()).value?.length ?? 0
    })()
    await expect(reading).rejects.toMatchObject({ code: 'closed-by-peer' })
    expect(received).toBe(300_000)
  })

  test('with a reason cuts at once, and the other side gets it', async () => {
    const { network, dialled, accepted, near, far } = await streamPair()
    const reading = later(bytesOf(far.readable))
    await network.run(send(near.writable, pattern(1_000_000)))
    const reason = new Error('the disk is full')
    await network.run(dialled.close(reason))
    await expect(dialled.closed).rejects.toBe(reason)
    await expect(bytesOf(near.readable)).rejects.toBe(reason)
    await network.pass(100)
    const byPeer = { code: 'closed-by-peer', closeCode: CloseCode.failed, closeText: 'the disk is full' }
    await expect(accepted.closed).rejects.toMatchObject(byPeer)
    await expect(reading).rejects.toMatchObject(byPeer)
  })

  test('with a code and a text', async () => {
    const { network, dialled, accepted } = await pair()
    await network.run(dialled.close({ code: 1234, text: 'grüße' }))
    await expect(dialled.closed).rejects.toMatchObject({ code: 'session-closed' })
    await network.pass(100)
    await expect(accepted.closed).rejects.toMatchObject({ closeCode: 1234, closeText: 'grüße' })
  })

  test('may be called again, and by both', async () => {
    const { network, dialled, accepted } = await pair()
    const calls = [
      dialled.close(),
      dialled.close(),
      accepted.close(),
      accepted.close(),
      dialled[Symbol.asyncDispose](),
    ]
    await network.run(Promise.all(calls))
    await network.run(
      Promise.all([dialled.closed, accepted.closed, dialled.close(), dialled.close(new Error('late'))]),
    )
  })

  test('doesn’t wait for what is given up meanwhile', async () => {
    const { network, dialled, near } = await streamPair()
    network.drop = (from) => from.equals(dialled.remoteKey)
    await network.run(send(near.writable, 'never acknowledged'))
    const start = network.clock.now()
    const closing = dialled.close()
    await network.pass(500)
    near.reset()
    await network.run(closing)
    expect(network.clock.now() - start).toBe(500)
  })

  test('says so when not all could be delivered in time, or at all', async () => {
    const { network, dialled, near } = await streamPair({
      near: { idleTimeout: 60_000 },
      far: { idleTimeout: 60_000 },
    })
    network.loss = 100
    await network.run(send(near.writable, 'lost'))
    await expect(network.run(dialled.close())).rejects.toMatchObject({ code: 'close-timeout' })
    await expect(dialled.closed).rejects.toMatchObject({ code: 'close-timeout' })

    const other = await streamPair()
    other.network.loss = 100
    await other.network.run(send(other.near.writable, 'lost'))
    await other.network.pass(8000)
    await expect(other.network.run(other.dialled.close())).rejects.toMatchObject({ code: 'idle-timeout' })
  })
})

describe('streams that the other side opens', () => {
  test('wait until they are taken, and end with the session', async () => {
    const { network, dialled, accepted } = await pair()
    for (const text of ['one', 'two']) {
      const stream = await network.run(dialled.openStream())
      await network.run(send(stream.writable, text))
    }
    await network.run(dialled.close())
    await network.run(accepted.closed)
    const texts: string[] = []
    for await (const stream of accepted.streams) texts.push(await textOf(stream.readable))
    expect(texts).toEqual(['one', 'two'])
  })

  test('can be awaited by several', async () => {
    const { network, dialled, accepted } = await pair()
    const waiting = Promise.all([next(accepted.streams), next(accepted.streams)])
    const opened = await network.run(Promise.all([dialled.openStream(), dialled.openStream()]))
    await network.run(Promise.all(opened.map(({ writable }) => writable.close())))
    const taken = await network.run(waiting)
    expect(taken.map(({ id }) => id)).toEqual(opened.map(({ id }) => id))
  })
})

describe('datagrams', () => {
  test('go both ways', async () => {
    const { network, dialled, accepted } = await pair()
    const received: [string, Uint8Array][] = []
    dialled.onDatagram = (payload) => received.push(['near', payload])
    accepted.onDatagram = (payload) => received.push(['far', payload])
    dialled.sendDatagram(Uint8Array.of(1, 2, 3))
    accepted.sendDatagram(pattern(accepted.maxDatagramLength))
    dialled.sendDatagram(new Uint8Array(0))
    await network.pass(100)
    expect(received).toHaveLength(3)
    expect(received).toContainEqual(['far', Uint8Array.of(1, 2, 3)])
    expect(received).toContainEqual(['far', new Uint8Array(0)])
    expect(received).toContainEqual(['near', pattern(accepted.maxDatagramLength)])
  })

  test('have a size', async () => {
    const { dialled } = await pair()
    const { maxDatagramLength } = dialled
    expect(maxDatagramLength).toBeGreaterThan(16_000)
    for (const length of [maxDatagramLength + 1, 100_000]) {
      expect(() => dialled.sendDatagram(new Uint8Array(length))).toThrow(
        expect.objectContaining({
          code: 'datagram-too-long',
          message: expect.stringContaining(`${maxDatagramLength}`),
        }),
      )
    }
  })

  test('that are too many for the path: the oldest go', async () => {
    const { network, dialled, accepted } = await pair()
    const received: number[] = []
    accepted.onDatagram = (payload) => received.push(payload[0] as number)
    for (let index = 0; index < 200; index += 1) dialled.sendDatagram(new Uint8Array(10_000).fill(index))
    await network.pass(1000)
    expect(received.length).toBeLessThan(100)
    expect(received.at(-1)).toBe(199)
  })
})

test('a session knows its round-trip time and counts', async () => {
  const { network, dialled, near, far } = await streamPair()
  await network.run(Promise.all([send(near.writable, pattern(500_000)), bytesOf(far.readable)]))
  expect(dialled.rtt).toBeGreaterThanOrEqual(10)
  expect(dialled.rtt).toBeLessThan(40)
  expect(dialled.stats()).toMatchObject({ maxPacket: 16_384, packetsLost: 0, minRtt: expect.closeTo(10, 0) })
  expect(dialled.stats().bytesOut).toBeGreaterThan(500_000)
})
