import { describe, expect, test } from 'vitest'
import { StreamError } from '../src/index.ts'
import { bytesOf, expectBytes, next, pair, pattern, send, streamPair, textOf } from './fixtures.ts'
import { TestNetwork } from './network.ts'

describe('halves', () => {
  test('end alone', async () => {
    const { network, near, far } = await streamPair()
    await network.run(send(near.writable, 'question'))
    expect(await network.run(textOf(far.readable))).toBe('question')
    await network.pass(1000)
    await network.run(send(far.writable, 'answer'))
    expect(await network.run(textOf(near.readable))).toBe('answer')
  })

  test('may be empty', async () => {
    const { network, near, far } = await streamPair()
    await network.run(Promise.all([near.writable.close(), far.writable.close()]))
    expect(await network.run(textOf(far.readable))).toBe('')
    expect(await network.run(textOf(near.readable))).toBe('')
  })

  test('that are given up fail on the other side with a code', async () => {
    const { network, near, far } = await streamPair()
    const reading = far.readable.getReader().read()
    near.reset(42)
    near.stop(43)
    await expect(network.run(reading)).rejects.toMatchObject({
      name: 'StreamError',
      code: 'reset-by-peer',
      errorCode: 42,
    })
    await expect(network.run(far.writable.getWriter().closed)).rejects.toMatchObject({
      code: 'stopped-by-peer',
      errorCode: 43,
    })
    await expect(near.writable.getWriter().closed).rejects.toMatchObject({ code: 'reset', errorCode: 42 })
    await expect(near.readable.getReader().read()).rejects.toMatchObject({ code: 'stopped', errorCode: 43 })
  })

  test('are given up by abort and cancel too', async () => {
    const { network, near, far } = await streamPair()
    const [reader, writer] = [far.readable.getReader(), far.writable.getWriter()]
    await near.writable.abort(new StreamError('reset', 7))
    await near.readable.cancel(new Error('whatever'))
    await expect(network.run(reader.closed)).rejects.toMatchObject({ code: 'reset-by-peer', errorCode: 7 })
    await expect(network.run(writer.closed)).rejects.toMatchObject({ code: 'stopped-by-peer', errorCode: 0 })
  })

  test('that are given up need not be awaited, and leave room for others', async () => {
    const network = new TestNetwork()
    const { dialled, accepted } = await pair({ network, far: { limits: { streams: 2 } } })
    for (let round = 0; round < 20; round += 1) {
      const near = await network.run(dialled.openStream())
      near.reset(1)
      near.stop(1)
      const far = await network.run(next(accepted.streams))
      far.reset()
      far.stop()
      near.reset()
      near.stop()
    }
  })
})

test('a writable takes nothing but bytes', async () => {
  const { network, near, far } = await streamPair()
  const writer = near.writable.getWriter()
  await expect(writer.write('text' as unknown as Uint8Array)).rejects.toThrow(TypeError)
  await expect(network.run(bytesOf(far.readable))).rejects.toMatchObject({ code: 'reset-by-peer' })
})

test.each([1, 2, 3])('bytes arrive whatever the network does, seed %i', async (seed) => {
  const network = new TestNetwork(seed)
  Object.assign(network, { loss: 5, duplication: 5, reordering: 10 })
  const { near, far } = await streamPair({ network })
  const [there, back] = [pattern(1_500_000), pattern(1_000_000)]
  const [received, answered] = await network.run(
    Promise.all([
      bytesOf(far.readable),
      bytesOf(near.readable),
      send(near.writable, there),
      send(far.writable, back),
    ]),
  )
  expectBytes(received, there)
  expectBytes(answered, back)
})

describe('a reader that stops', () => {
  test('stops the writer, with what the windows hold on the way', async () => {
    const { network, near, far } = await streamPair()
    const writer = near.writable.getWriter()
    let written = 0
    const writing = (async () => {
      for (; written < 10; written += 1) await writer.write(new Uint8Array(1_000_000))
      await writer.close()
    })()
    await network.pass(10_000)
    const stoppedAt = written
    await network.pass(10_000)
    expect(written).toBe(stoppedAt)
    expect(written).toBeGreaterThan(1)
    expect(written).toBeLessThan(6)

    let received = 0
    const reading = far.readable.pipeTo(
      new WritableStream({
        write(chunk) {
          received += chunk.length
        },
      }),
    )
    await network.run(Promise.all([writing, reading]))
    expect(received).toBe(10_000_000)
  })

  test('stops nobody else', async () => {
    const { network, dialled, accepted, near } = await streamPair()
    const blocked = near.writable.getWriter().write(new Uint8Array(10_000_000))
    blocked.catch(() => undefined)
    await network.pass(1000)
    const other = await dialled.openStream()
    const [incoming] = await network.run(Promise.all([next(accepted.streams), send(other.writable, 'hello')]))
    expect(await network.run(textOf(incoming.readable))).toBe('hello')
  })

  test('doesn’t keep the writer from giving up', async () => {
    const { network, near, far } = await streamPair()
    const writer = near.writable.getWriter()
    const blocked = writer.write(new Uint8Array(10_000_000))
    await network.pass(1000)
    const aborted = writer.abort(new StreamError('reset', 5))
    await expect(blocked).rejects.toMatchObject({ code: 'reset', errorCode: 5 })
    await aborted
    await expect(network.run(bytesOf(far.readable))).rejects.toMatchObject({ errorCode: 5 })
  })
})

describe('many streams', () => {
  test('each arrive whole', async () => {
    const { network, dialled, accepted } = await pair()
    const echoing = (async () => {
      let count = 0
      for await (const stream of accepted.streams) {
        void stream.readable.pipeTo(stream.writable)
        count += 1
      }
      return count
    })()
    const echo = async (index: number): Promise<void> => {
      const stream = await dialled.openStream()
      const [answer] = await Promise.all([textOf(stream.readable), send(stream.writable, `stream ${index}`)])
      expect(answer).toBe(`stream ${index}`)
    }
    await network.run(Promise.all(Array.from({ length: 500 }, (_, index) => echo(index))))
    await network.run(dialled.close())
    expect(await network.run(echoing)).toBe(500)
  })

  test('are limited by the other side, and one who gives up waiting is out of the way', async () => {
    const { network, dialled, accepted } = await pair({ far: { limits: { streams: 2 } } })
    const [one] = await network.run(Promise.all([dialled.openStream(), dialled.openStream()]))
    const controller = new AbortController()
    const third = dialled.openStream({ signal: controller.signal })
    const fourth = dialled.openStream()
    await network.pass(100)
    controller.abort()
    await expect(third).rejects.toBe(controller.signal.reason)
    const [incoming] = await network.run(Promise.all([next(accepted.streams), send(one.writable, 'done')]))
    await network.run(Promise.all([textOf(incoming.readable), incoming.writable.close()]))
    await network.run(fourth)
  })

  test('wait for nobody once the session is closed', async () => {
    const { network, dialled } = await pair({ far: { limits: { streams: 1 } } })
    await network.run(dialled.openStream())
    const waiting = dialled.openStream()
    waiting.catch(() => undefined)
    await network.run(dialled.close())
    await expect(waiting).rejects.toMatchObject({ code: 'session-closed' })
    await expect(dialled.openStream()).rejects.toMatchObject({ code: 'session-closed' })
  })
})
