// What a client makes of servers that answer badly: plain text on raw streams.
import { waitFor } from '@snek/platform/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OverlayFetch } from '../src/make-fetch.ts'
import type { HttpListener } from '../src/network.ts'
import { BOB, clients, createWorld, quiet, TextStream, type World } from './support.ts'

describe.each(clients)('%s client', (_, createFetch) => {
  let world: World
  let fetch: OverlayFetch
  let listener: HttpListener

  beforeEach(async () => {
    world = createWorld()
    fetch = createFetch(world.alice)
    listener = await world.bob.listen('http')
  })

  afterEach(async () => {
    await quiet(world)
    await fetch.close()
    await listener.close()
  })

  const url = `http://${BOB}/`

  /** Serves every stream with plain text once the head of the request is there. */
  async function answer(respond: (stream: TextStream, head: string) => Promise<void>): Promise<void> {
    for await (const session of listener) {
      for await (const stream of session.streams) {
        const text = new TextStream(stream)
        const head = await text.readUntil('\r\n\r\n')
        await respond(text, head).catch(() => undefined) // a client needn't take it all
      }
    }
  }

  const answering = (text: string, end = true): void => {
    void answer(async (stream) => {
      await stream.write(text)
      if (end) await stream.end()
    })
  }

  test.each([
    ['no HTTP', 'hello\r\n\r\n', 'malformed'],
    ['a strange version', 'HTTP/3.7 200 OK\r\n\r\n', 'malformed'],
    ['no status', 'HTTP/1.1 OK\r\n\r\n', 'malformed'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'malformed',
    ],
    ['a head too large', `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, 'head-too-large'],
    ['nothing', '', 'connection-lost'],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le', 'connection-lost'],
  ])('%s', async (_, text, code) => {
    answering(text)
    await expect(fetch(url)).rejects.toMatchObject({ name: 'HttpError', code })
  })

  test('an upgrade that nobody asked for', async () => {
    answering('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\nhello')
    await expect(fetch(url)).rejects.toThrow()
  })

  test.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n'],
  ])('a body that ends before its time: %s', async (_, text) => {
    answering(text)
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow()
  })

  test('a body without a length ends with the stream', async () => {
    answering('HTTP/1.1 200 OK\r\n\r\nhello')
    expect(await (await fetch(url)).text()).toBe('hello')
  })

  test('a reset in the head, and in the body', async () => {
    void answer(async (stream, head) => {
      await stream.write(head.startsWith('GET /1') ? 'HTTP/1.1 2' : 'HTTP/1.1 200 OK\r\n\r\nhello')
      stream.reset()
    })
    await expect(fetch(`${url}1`)).rejects.toThrow()
    await expect(fetch(`${url}2`).then((response) => response.text())).rejects.toThrow()
  })

  test('interim responses are passed over', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
    answering(`HTTP/1.1 102 Processing\r\n\r\n${early}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi`)
    const response = await fetch(url)
    expect(response.status).toBe(200)
    expect(response.headers.get('link')).toBeNull()
    expect(await response.text()).toBe('hi')
  })

  test('what follows a response is not part of it', async () => {
    answering(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\nevil',
      false,
    )
    expect(await (await fetch(url)).text()).toBe('hi')
  })

  test('a server that keeps the stream open is done with after its response', async () => {
    answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', false)
    expect(await (await fetch(url)).text()).toBe('hi')
    await quiet(world)
  })

  test('a server that stops the upload and answers is heard', async () => {
    void answer(async (stream) => {
      stream.stopReading()
      await stream.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nstop')
      await stream.end()
    })
    let produced = 0
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        produced += 1
        controller.enqueue(new Uint8Array(16 * 1024))
      },
    })
    const response = await fetch(url, { method: 'POST', body, duplex: 'half' })
    expect(response.status).toBe(413)
    expect(await response.text()).toBe('stop')
    const before = produced
    await quiet(world)
    expect(produced).toBe(before)
  })

  test('one bad answer leaves the session to others', async () => {
    void answer(async (stream, head) => {
      const good = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'
      await stream.write(head.startsWith('GET /bad') ? 'nonsense\r\n\r\n' : good)
      await stream.end()
    })
    await expect(fetch(`${url}bad`)).rejects.toMatchObject({ code: 'malformed' })
    expect(await (await fetch(url)).text()).toBe('hi')
    await waitFor(() => world.overlay.dials === 1)
  })
})
