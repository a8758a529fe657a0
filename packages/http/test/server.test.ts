// What a server makes of bad, slow and numerous requests: plain text on raw streams.
import { VirtualClock, waitFor } from '@snek/platform/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HttpSession } from '../src/network.ts'
import type { HttpService, ServeOptions } from '../src/serve-options.ts'
import type { FetchHandler } from '../src/web/index.ts'
import { BOB, createWorld, quiet, servers, TextStream, type World } from './support.ts'

describe.each(servers)('%s server', (_, serve) => {
  let world: World
  let clock: VirtualClock
  let service: HttpService
  let handler: FetchHandler
  let requests: number

  beforeEach(() => {
    world = createWorld()
    clock = new VirtualClock()
    requests = 0
    handler = async (request) => new Response(await request.text())
  })

  afterEach(async () => {
    await service.close()
    await quiet(world)
    expect(world.overlay.sessions.size).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  async function start(options: ServeOptions = {}): Promise<void> {
    const counting: FetchHandler = (request, info) => {
      requests += 1
      return handler(request, info)
    }
    service = await serve(world.bob, 'http', counting, { clock, ...options })
  }

  const open = (): Promise<TextStream> => TextStream.open(world.alice, BOB)

  async function ask(text: string): Promise<string> {
    const stream = await open()
    await stream.write(text)
    return stream.readAll()
  }

  /** Whatever else goes on, someone else is served. */
  async function servesOthers(): Promise<void> {
    const stream = await TextStream.open(world.carol, BOB)
    await stream.write('POST / HTTP/1.1\r\nHost: bob\r\nContent-Length: 2\r\n\r\nhi')
    expect(await stream.readAll()).toMatch(/^HTTP\/1\.1 200 /)
  }

  const post = (headers: string, body = ''): string => `POST / HTTP/1.1\r\nHost: bob\r\n${headers}\r\n${body}`

  describe('bad requests', () => {
    test.each([
      ['no HTTP', 'hello, is this a chat?\r\n\r\n', 400],
      ['bytes', '\x00\x01\x16\x03\xff\xfe\r\n\r\n', 400],
      ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
      ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
      ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
      ['a header without a colon', 'GET / HTTP/1.1\r\nHost: bob\r\nnonsense\r\n\r\n', 400],
      ['a header name with a space', 'GET / HTTP/1.1\r\nHost: bob\r\nBad Name: 1\r\n\r\n', 400],
      ['a line end inside a value', 'GET / HTTP/1.1\r\nHost: bob\r\nA: 1\rB: 2\r\n\r\n', 400],
      ['a NUL inside a value', 'GET / HTTP/1.1\r\nHost: bob\r\nA: 1\x002\r\n\r\n', 400],
      ['two lengths', post('Content-Length: 2\r\nContent-Length: 3\r\n', 'hi!'), 400],
      ['a signed length', post('Content-Length: +2\r\n', 'hi'), 400],
      ['a length and chunks', post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400],
      ['chunks and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 2\r\n', '0\r\n\r\n'), 400],
      ['chunked, not at last', post('Transfer-Encoding: chunked, gzip\r\n', '0\r\n\r\n'), 400],
      [
        'a folded transfer-encoding',
        post('Transfer-Encoding:\r\n chunked\r\nContent-Length: 2\r\n', 'hi'),
        400,
      ],
      ['a chunk without a size', post('Transfer-Encoding: chunked\r\n', 'zz\r\nhi\r\n0\r\n\r\n'), 400],
      ['a chunk longer than its size', post('Transfer-Encoding: chunked\r\n', '1\r\nhi\r\n0\r\n\r\n'), 400],
      ['a head too large', `GET / HTTP/1.1\r\nHost: bob\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
      ['a target too large', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: bob\r\n\r\n`, 431],
      ['too many headers', `GET / HTTP/1.1\r\nHost: bob\r\n${'header: value\r\n'.repeat(2000)}\r\n`, 431],
    ])('%s', async (_, text, status) => {
      await start()
      expect(await ask(text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^\r]+\r\n`))
      await servesOthers()
    })

    test('a second request on the same stream isn’t answered by the handler', async () => {
      await start()
      const one = post('Content-Length: 2\r\n', 'hi')
      const answer = await ask(one + one)
      expect(answer).toMatch(/^HTTP\/1\.1 200 /)
      expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(1)
      expect(requests).toBe(1)
    })

    test('a stream that ends at once is no request', async () => {
      await start()
      const stream = await open()
      await stream.end()
      await stream.readAll().catch((error: { code: string }) => expect(error.code).toBe('stream-reset'))
      expect(requests).toBe(0)
      await servesOthers()
    })

    test('a stream that ends in a head, or a body, ends', async () => {
      let failed = 0
      handler = async (request) => {
        await request.text().catch(() => {
          failed += 1
        })
        return new Response('what there was')
      }
      await start()
      for (const text of ['GET / HTTP/1.1\r\nHos', post('Content-Length: 5\r\n', 'hi')]) {
        const stream = await open()
        await stream.write(text)
        await stream.end()
        await stream.readAll().catch((error: { code: string }) => expect(error.code).toBe('stream-reset'))
      }
      await waitFor(() => failed === 1)
      await servesOthers()
    })

    test('a stream that is reset is done with', async () => {
      let told: AbortSignal | undefined
      handler = (request) => {
        told = request.signal
        return new Promise(() => undefined)
      }
      await start()
      for (const text of ['', 'GET / HT', post('Content-Length: 5\r\n', 'hi')]) {
        const stream = await open()
        await stream.write(text)
        if (text.startsWith('POST')) await waitFor(() => told)
        stream.reset()
      }
      await quiet(world)
      await waitFor(() => told?.aborted)
    })
  })

  describe('good requests', () => {
    test('half-closed ones are answered', async () => {
      await start()
      const stream = await open()
      await stream.write(post('Content-Length: 2\r\n', 'hi'))
      await stream.end()
      expect(await stream.readAll()).toMatch(/^HTTP\/1\.1 200 .*hi/s)
    })

    test('of HTTP/1.0 are answered without chunks', async () => {
      handler = () => new Response(new Blob(['hi']).stream())
      await start()
      const answer = await ask('GET / HTTP/1.0\r\nHost: bob\r\n\r\n')
      expect(answer).toMatch(/\r\n\r\nhi$/)
      expect(answer.toLowerCase()).not.toContain('transfer-encoding')
    })

    test('a body that waits for leave gets it', async () => {
      await start()
      const stream = await open()
      await stream.write(post('Content-Length: 2\r\nExpect: 100-continue\r\n'))
      expect(await stream.readUntil('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
      await stream.write('hi')
      expect(await stream.readAll()).toMatch(/^HTTP\/1\.1 200 .*hi/s)
    })

    test('byte by byte are answered', async () => {
      await start()
      const stream = await open()
      for (const character of post('Transfer-Encoding: chunked\r\n', '2\r\nhi\r\n0\r\n\r\n')) {
        await stream.write(character)
      }
      expect(await stream.readAll()).toMatch(/^HTTP\/1\.1 200 .*hi/s)
    })

    test('end the stream, and say so', async () => {
      await start()
      expect(await ask(post('Content-Length: 2\r\nConnection: keep-alive\r\n', 'hi'))).toMatch(
        /\r\nconnection: close\r\n/i,
      )
    })

    test('with several cookies to set', async () => {
      handler = () => {
        const headers = new Headers()
        headers.append('set-cookie', 'a=1')
        headers.append('set-cookie', 'b=2')
        return new Response(null, { headers })
      }
      await start()
      const answer = await ask(post('Content-Length: 0\r\n'))
      expect(answer.match(/set-cookie: \w=\d\r\n/gi)).toHaveLength(2)
    })
  })

  describe('slow requests', () => {
    test('a head that doesn’t come', async () => {
      await start({ headersTimeout: 1000 })
      const stream = await open()
      await waitFor(() => clock.pendingTimers === 1)
      clock.advance(999)
      await stream.write('GET / HTTP/1.1\r\n')
      clock.advance(1)
      expect(await stream.readAll()).toMatch(/^HTTP\/1\.1 408 /)
      await servesOthers()
    })

    test('a head that comes a byte at a time', async () => {
      await start({ headersTimeout: 1000 })
      const stream = await open()
      await waitFor(() => clock.pendingTimers === 1)
      for (const character of 'GET / HTTP') {
        await stream.write(character)
        clock.advance(100)
      }
      expect(await stream.readAll()).toMatch(/^HTTP\/1\.1 408 /)
    })

    test('a body that doesn’t come', async () => {
      await start({ requestTimeout: 1000 })
      const stream = await open()
      await stream.write(post('Content-Length: 5\r\n', 'hi'))
      await waitFor(() => requests === 1)
      clock.advance(1000)
      expect(await stream.readAll()).toMatch(/^HTTP\/1\.1 408 /)
      await servesOthers()
    })

    test('a handler may take its time once the request is there', async () => {
      let answer!: (response: Response) => void
      handler = async (request) => {
        await request.text()
        return new Promise((resolve) => {
          answer = resolve
        })
      }
      await start({ requestTimeout: 1000 })
      const stream = await open()
      await stream.write(post('Content-Length: 2\r\n', 'hi'))
      await waitFor(() => answer)
      clock.advance(100_000)
      answer(new Response('late'))
      expect(await stream.readAll()).toMatch(/^HTTP\/1\.1 200 .*late/s)
    })
  })

  describe('many requests', () => {
    const waiting: Array<() => void> = []
    const request = 'GET / HTTP/1.1\r\nHost: bob\r\n\r\n'

    beforeEach(() => {
      waiting.length = 0
      handler = () => new Promise((resolve) => waiting.push(() => resolve(new Response('hi'))))
    })

    const openIn = async (session: HttpSession): Promise<TextStream> => {
      const stream = new TextStream(await session.openStream())
      void stream.write(request) // which may have to wait
      return stream
    }

    test('of one session wait for each other, and for nobody else', async () => {
      await start({ maxStreamsPerSession: 2 })
      const session = await world.alice.dial(BOB, 'http')
      const streams = await Promise.all([openIn(session), openIn(session), openIn(session)])
      await waitFor(() => waiting.length === 2)
      const other = await openIn(await world.carol.dial(BOB, 'http'))
      await waitFor(() => waiting.length === 3)
      waiting[2]?.()
      expect(await other.readAll()).toMatch(/^HTTP\/1\.1 200 /)
      expect(requests).toBe(3)
      const answers = streams.map((stream) => stream.readAll())
      waiting[0]?.()
      await waitFor(() => waiting.length === 4)
      waiting[1]?.()
      waiting[3]?.()
      for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    })

    test('beyond the limit are refused', async () => {
      await start({ maxStreams: 2 })
      const session = await world.alice.dial(BOB, 'http')
      const streams = await Promise.all([openIn(session), openIn(session)])
      await waitFor(() => waiting.length === 2)
      expect(await (await openIn(await world.carol.dial(BOB, 'http'))).readAll()).toMatch(/^HTTP\/1\.1 503 /)
      for (const answer of waiting) answer()
      for (const stream of streams) expect(await stream.readAll()).toMatch(/^HTTP\/1\.1 200 /)
    })

    test('sessions without streams make room for others', async () => {
      await start({ maxSessions: 2 })
      const idle = await world.alice.dial(BOB, 'http')
      const busy = await world.alice.dial(BOB, 'http')
      const stream = await openIn(busy)
      await waitFor(() => waiting.length === 1)
      const third = await openIn(await world.alice.dial(BOB, 'http'))
      await idle.closed
      await waitFor(() => waiting.length === 2)
      await (await world.alice.dial(BOB, 'http')).closed
      for (const answer of waiting) answer()
      expect(await stream.readAll()).toMatch(/^HTTP\/1\.1 200 /)
      expect(await third.readAll()).toMatch(/^HTTP\/1\.1 200 /)
    })
  })

  test('closing ends everything', async () => {
    handler = () => new Promise(() => undefined)
    await start()
    const unfinished = await open()
    await unfinished.write('GET / HT')
    const unanswered = await open()
    await unanswered.write('GET / HTTP/1.1\r\nHost: bob\r\n\r\n')
    await waitFor(() => requests === 1)
    await service.close()
    await service.closed
    await expect(unfinished.readAll()).rejects.toThrow()
    await expect(unanswered.readAll()).rejects.toThrow()
    await expect(world.alice.dial(BOB, 'http')).rejects.toMatchObject({ code: 'unreachable' })
  })

  test('a lost session ends its requests', async () => {
    let told: AbortSignal | undefined
    handler = (request) => {
      told = request.signal
      return new Promise(() => undefined)
    }
    await start()
    const stream = await open()
    await stream.write('GET / HTTP/1.1\r\nHost: bob\r\n\r\n')
    await waitFor(() => told)
    for (const session of world.overlay.sessions) session.lose()
    await waitFor(() => told?.aborted)
  })
})
