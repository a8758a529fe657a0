import { waitFor } from '@snek/platform/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ByteStream } from '../byte-stream.ts'
import type { TransportErrorCode } from '../errors.ts'
import type { Listener, Transport } from '../transport.ts'
import { byteStreamSuite } from './byte-stream-suite.ts'
import { pattern, Recorder } from './recorder.ts'

export interface TransportUnderTest {
  readonly transport: Required<Transport>
  /** Where to listen, with port 0: `tcp://127.0.0.1:0`. */
  readonly address: string
  /** Sockets, servers and timers that are open; the suite waits until there are as few as before a test. */
  openHandles(): number
  /** The code of a dial that nobody listens for, where it can't be told apart: `unreachable`. */
  readonly refusal?: TransportErrorCode
}

/** What every transport must do, its streams included. */
export function transportSuite(name: string, factory: () => TransportUnderTest): void {
  describe(name, () => tests(name, factory))
}

function tests(name: string, factory: () => TransportUnderTest): void {
  let subject: TransportUnderTest
  let handlesBefore = 0
  const opened: Array<() => unknown> = []

  beforeEach(() => {
    subject = factory()
    handlesBefore = subject.openHandles()
  })

  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close()
    await waitFor(() => subject.openHandles() <= handlesBefore, { timeout: 5000 })
  })

  const listen = async (
    address: string = subject.address,
  ): Promise<Listener & { accepted: ByteStream[] }> => {
    const accepted: ByteStream[] = []
    let over = false
    const listener = await subject.transport.listen(new URL(address), (stream) => {
      accepted.push(stream)
      if (over) stream.close()
    })
    opened.push(() => {
      over = true
      for (const stream of accepted) stream.close()
      return listener.close()
    })
    return { uri: listener.uri, close: () => listener.close(), accepted }
  }

  const dial = (uri: string, options?: { signal?: AbortSignal }): Promise<ByteStream> =>
    subject.transport.dial(new URL(uri), options)

  const connect = async (): Promise<readonly [ByteStream, ByteStream]> => {
    const listener = await listen()
    const near = await dial(listener.uri)
    const far = await firstOf(listener.accepted)
    opened.push(() => near.close())
    return [near, far]
  }

  byteStreamSuite(name, connect)

  describe(`${name}: transport`, () => {
    test('port 0 takes a free port and says which; streams name the other side', async () => {
      const listener = await listen()
      expect(listener.uri).not.toBe(subject.address)
      expect(new URL(listener.uri).port).not.toBe('0')
      const near = await dial(listener.uri)
      const far = await firstOf(listener.accepted)
      expect(near.uri).toBe(listener.uri)
      expect(URL.canParse(far.uri)).toBe(true)
      expect(far.uri).not.toBe(listener.uri)
      near.close()
      far.close()
    })

    test('an address in use is refused, and free again after close', async () => {
      const first = await listen()
      await expect(listen(first.uri)).rejects.toMatchObject({
        name: 'TransportError',
        code: 'address-in-use',
      })
      await first.close()
      await first.close()
      const second = await listen(first.uri)
      expect(second.uri).toBe(first.uri)
    })

    test('a dial that nobody listens for is refused', async () => {
      const listener = await listen()
      await listener.close()
      await expect(dial(listener.uri)).rejects.toMatchObject({
        name: 'TransportError',
        code: subject.refusal ?? 'connection-refused',
      })
      expect(listener.accepted).toEqual([])
    })

    test('closing a listener leaves its streams open', async () => {
      const listener = await listen()
      const near = new Recorder(await dial(listener.uri)).start()
      const far = new Recorder(await firstOf(listener.accepted)).start()
      await listener.close()
      near.write(pattern(1000, 1))
      far.write(pattern(1000, 2))
      await far.receives(pattern(1000, 1))
      await near.receives(pattern(1000, 2))
      near.close()
      await far.closes()
      await near.closes()
    })

    test('streams of one listener are apart from each other', async () => {
      const listener = await listen()
      const near: Recorder[] = []
      for (let index = 0; index < 5; index += 1) near.push(new Recorder(await dial(listener.uri)).start())
      await waitFor(() => listener.accepted.length === 5, { timeout: 5000 })
      const far = listener.accepted.map((stream) => new Recorder(stream).start())
      for (const [index, side] of near.entries()) side.write(pattern(100, index))
      near[0]?.close()
      for (const [index, side] of far.entries()) await side.receives(pattern(100, index))
      await far[0]?.closes()
      for (const side of far.slice(1)) expect(side.closed).toBe(false)
      for (const side of near) side.close()
      for (const side of [...near, ...far]) await side.closes()
    })

    test('a dial with an aborted signal rejects with its reason', async () => {
      const listener = await listen()
      const reason = new Error('not wanted')
      await expect(dial(listener.uri, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    })

    test('a dial is aborted midway with the signal’s reason', async () => {
      const listener = await listen()
      const reason = new Error('not wanted any more')
      const controller = new AbortController()
      const dialling = dial(listener.uri, { signal: controller.signal })
      controller.abort(reason)
      await expect(dialling).rejects.toBe(reason)
    })

    test('an abort after the dial succeeded leaves the stream alone', async () => {
      const listener = await listen()
      const controller = new AbortController()
      const near = new Recorder(await dial(listener.uri, { signal: controller.signal })).start()
      const far = new Recorder(await firstOf(listener.accepted)).start()
      controller.abort()
      near.write(pattern(10, 1))
      await far.receives(pattern(10, 1))
      near.close()
      await far.closes()
      expect(await near.closes()).toBeUndefined()
    })

    test('another scheme is refused', async () => {
      const uri = new URL('carrier-pigeon://127.0.0.1:1')
      const refusal = { name: 'TransportError', code: 'unsupported-scheme' }
      await expect(subject.transport.dial(uri)).rejects.toMatchObject(refusal)
      await expect(subject.transport.listen(uri, () => undefined)).rejects.toMatchObject(refusal)
    })
  })
}

async function firstOf(accepted: readonly ByteStream[]): Promise<ByteStream> {
  await waitFor(() => accepted.length > 0, { timeout: 5000 })
  return accepted[0] as ByteStream
}
