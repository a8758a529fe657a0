// Requests and responses, for every pair of a client and a server.
import { deflateSync, gzipSync } from 'node:zlib'
import { waitFor } from '@snek/platform/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OverlayFetch } from '../src/make-fetch.ts'
import type { HttpService } from '../src/serve-options.ts'
import type { FetchHandler } from '../src/web/index.ts'
import { ALICE, BOB, clients, createWorld, quiet, servers, type World } from './support.ts'

const pairs = clients.flatMap(([client, createFetch]) =>
  servers.map(([server, serve]) => ({ client, server, createFetch, serve })),
)

describe.each(pairs)('$client client, $server server', ({ createFetch, serve }) => {
  let world: World
  let fetch: OverlayFetch
  let service: HttpService
  let handler: FetchHandler

  beforeEach(async () => {
    world = createWorld()
    fetch = createFetch(world.alice)
    service = await serve(world.bob, 'http', (request, info) => handler(request, info))
  })

  afterEach(async () => {
    await quiet(world)
    await fetch.close()
    await service.close()
    expect(world.overlay.sessions.size).toBe(0)
  })

  const url = (path = '/'): string => `http://${BOB}${path}`

  test('a request as it was meant, and its response', async () => {
    handler = async (request, info) => {
      expect(request.method).toBe('PUT')
      expect(request.url).toBe(url('/a/%C3%A9?q=1&r=%20'))
      expect(request.headers.get('host')).toBe(BOB.hex)
      expect(request.headers.get('x-one')).toBe('1')
      expect(info.remoteKey.equals(ALICE)).toBe(true)
      const body = await request.text()
      return new Response(`you said ${body}`, { status: 201, statusText: 'Made', headers: { 'x-two': '2' } })
    }
    const request = { method: 'PUT', body: 'héllo', headers: { 'x-one': '1' } }
    const response = await fetch(url('/a/%C3%A9?q=1&r=%20#fragment'), request)
    expect(response).toBeInstanceOf(Response)
    expect(response.status).toBe(201)
    expect(response.headers.get('x-two')).toBe('2')
    expect(response.url).toBe(url('/a/%C3%A9?q=1&r=%20'))
    expect(response.redirected).toBe(false)
    expect(await response.text()).toBe('you said héllo')
  })

  test('a key in base32 is the same host', async () => {
    handler = (request) => new Response(request.headers.get('host'))
    const response = await fetch(new URL(`http://${BOB.toBase32()}.snek/`))
    expect(await response.text()).toBe(BOB.hex)
  })

  test.each([
    ['text', () => 'héllo', '6'],
    ['bytes', () => new TextEncoder().encode('héllo'), '6'],
    ['a form', () => new URLSearchParams({ a: 'é' }), '8'],
    ['a blob', () => new Blob(['héllo']), '6'],
    ['nothing, yet posted', () => undefined, '0'],
  ])('%s is sent with its length', async (_, body, length) => {
    handler = async (request) => {
      await request.arrayBuffer()
      return new Response(request.headers.get('content-length'))
    }
    const init = body()
    const response = await fetch(url(), { method: 'POST', ...(init === undefined ? {} : { body: init }) })
    expect(await response.text()).toBe(length)
  })

  test('a multipart form arrives as one', async () => {
    handler = async (request) => new Response(String((await request.formData()).get('name')))
    const body = new FormData()
    body.set('name', 'snek')
    expect(await (await fetch(url(), { method: 'POST', body })).text()).toBe('snek')
  })

  test('a Request is as good as a URL', async () => {
    handler = async (request) => new Response(`${request.method} ${await request.text()}`)
    const request = new Request(url(), { method: 'POST', body: 'hello' })
    expect(await (await fetch(request)).text()).toBe('POST hello')
  })

  test('megabytes, there and back', async () => {
    handler = (request) => new Response(request.body)
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, at) => at % 251)
    const response = await fetch(url(), { method: 'POST', body: bytes })
    const echo = new Uint8Array(await response.arrayBuffer())
    expect(Buffer.compare(echo, bytes)).toBe(0)
  })

  test('bodies stream both ways at once', async () => {
    handler = (request) => new Response(request.body)
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const encoder = new TextEncoder()
    void writer.write(encoder.encode('first'))
    const response = await fetch(url(), { method: 'POST', body: readable, duplex: 'half' })
    const reader = (response.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader()
    expect(await reader.read()).toEqual({ done: false, value: 'first' })
    void writer.write(encoder.encode('second'))
    expect(await reader.read()).toEqual({ done: false, value: 'second' })
    void writer.close()
    expect((await reader.read()).done).toBe(true)
  })

  test('whoever doesn’t read a response stops it', async () => {
    let produced = 0
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        produced += 1
        controller.enqueue(new Uint8Array(16 * 1024))
      },
      cancel: () => {
        cancelled = true
      },
    })
    handler = () => new Response(endless)
    const response = await fetch(url())
    let before = -1
    await waitFor(() => {
      const still = produced === before
      before = produced
      return still
    })
    expect(produced).toBeLessThan(64)
    await response.body?.cancel()
    await waitFor(() => cancelled)
  })

  test('whoever doesn’t read a request stops it, and may answer', async () => {
    let produced = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        produced += 1
        controller.enqueue(new Uint8Array(16 * 1024))
      },
    })
    handler = () => new Response('enough', { status: 413 })
    const response = await fetch(url(), { method: 'POST', body: endless, duplex: 'half' })
    expect(response.status).toBe(413)
    expect(await response.text()).toBe('enough')
    expect(produced).toBeLessThan(64)
  })

  test.each(['GET', 'HEAD'])('the head of a response to %s is whole, whatever its body', async (method) => {
    handler = () => new Response(null, { status: 204, headers: { etag: '"1"' } })
    const response = await fetch(url(), { method })
    expect(response.status).toBe(204)
    expect(response.headers.get('etag')).toBe('"1"')
    expect(await response.text()).toBe('')
  })

  test('HEAD gives the length and no body', async () => {
    handler = () => new Response('12345', { headers: { 'content-length': '5' } })
    const response = await fetch(url(), { method: 'HEAD' })
    expect(response.headers.get('content-length')).toBe('5')
    expect(await response.text()).toBe('')
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('%s is undone', async (coding, compress) => {
    handler = () => new Response(compress('squeezed'), { headers: { 'content-encoding': coding } })
    expect(await (await fetch(url())).text()).toBe('squeezed')
  })

  test('a handler that throws is answered for', async () => {
    handler = () => {
      throw new Error('a bug')
    }
    expect((await fetch(url())).status).toBe(500)
  })

  test('a response that breaks off fails in the middle', async () => {
    let breakOff!: () => void
    handler = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          start: (controller) => {
            controller.enqueue(new TextEncoder().encode('some'))
            breakOff = () => controller.error(new Error('a bug'))
          },
        }),
      )
    const response = await fetch(url())
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    expect((await reader.read()).done).toBe(false)
    breakOff()
    await expect(reader.read()).rejects.toThrow()
  })

  test('a request whose body breaks off fails, and its handler is told', async () => {
    let begun = false
    let seen: unknown
    handler = async (request) => {
      const reader = (request.body as ReadableStream<Uint8Array>).getReader()
      begun = !(await reader.read()).done
      await reader.read().catch((error: unknown) => {
        seen = error
      })
      return new Response()
    }
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const fetching = fetch(url(), { method: 'POST', body: readable, duplex: 'half' })
    fetching.catch(() => undefined)
    await writer.write(Uint8Array.of(1))
    await waitFor(() => begun)
    void writer.abort(new Error('no more'))
    await expect(fetching).rejects.toThrow()
    await waitFor(() => seen instanceof Error)
  })
})
