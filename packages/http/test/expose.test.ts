// A local service under a key.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { waitFor } from '@snek/platform/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import type { OverlayFetch } from '../src/make-fetch.ts'
import { createFetch, toDuplex } from '../src/node/index.ts'
import { exposeHttp } from '../src/proxy/index.ts'
import type { HttpService } from '../src/serve-options.ts'
import { ALICE, BOB, createWorld, listenLocally, quiet, TextStream, type World } from './support.ts'

let world: World
let origin: Server
let originUrl: URL
let handler: RequestListener
let service: HttpService
let fetch: OverlayFetch

beforeEach(async () => {
  world = createWorld()
  origin = createServer((request, response) => handler(request, response))
  originUrl = await listenLocally(origin)
  service = await exposeHttp(world.bob, originUrl)
  fetch = createFetch(world.alice)
})

afterEach(async () => {
  await quiet(world)
  await fetch.close()
  await service.close()
  await new Promise((resolve) => origin.close(resolve))
  expect(world.overlay.sessions.size).toBe(0)
})

const url = (path = '/'): string => `http://${BOB}${path}`

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}

test('requests arrive as they were, but for who asks and whom', async () => {
  handler = async (request, response) => {
    response.setHeader('x-answer', 'yes')
    response.statusCode = 201
    response.end(
      JSON.stringify({
        ...request.headers,
        line: `${request.method} ${request.url}`,
        body: await bodyOf(request),
      }),
    )
  }
  const response = await fetch(url('/a//b/../c?d=%20#e'), {
    method: 'PUT',
    body: 'héllo',
    headers: {
      'x-own': '1',
      forwarded: 'for=1.2.3.4',
      'x-forwarded-for': '1.2.3.4',
      'x-real-ip': '1.2.3.4',
      'x-snek-remote-key': BOB.hex,
    },
  })
  expect(response.status).toBe(201)
  expect(response.headers.get('x-answer')).toBe('yes')
  const seen = await response.json()
  expect(seen).toMatchObject({
    line: 'PUT /a//c?d=%20',
    body: 'héllo',
    host: originUrl.host,
    'content-length': '6',
    'x-own': '1',
    'x-forwarded-for': ALICE.hex,
    'x-forwarded-host': BOB.hex,
    'x-forwarded-proto': 'http',
    'x-snek-remote-key': ALICE.hex,
  })
  expect(seen).not.toHaveProperty('forwarded')
  expect(seen).not.toHaveProperty('x-real-ip')
})

test('raw paths stay as they are', async () => {
  handler = (request, response) => response.end(request.url)
  const stream = await TextStream.open(world.alice, BOB)
  await stream.write('GET /a/../b//c?%zz HTTP/1.1\r\nHost: bob\r\n\r\n')
  expect(await stream.readAll()).toMatch(/\r\n\r\n[\s\S]*\/a\/\.\.\/b\/\/c\?%zz/)
})

test('headers for one hop stay behind, whoever names them', async () => {
  handler = async (request, response) => {
    response.writeHead(200, {
      'keep-alive': 'timeout=9',
      connection: 'x-secret',
      'x-secret': '1',
      'x-open': '2',
    })
    response.end(JSON.stringify({ ...request.headers, body: await bodyOf(request) }))
  }
  const stream = await TextStream.open(world.alice, BOB)
  await stream.write(
    'POST / HTTP/1.1\r\nHost: bob\r\nConnection: x-mine, content-length, host, x-snek-remote-key\r\nX-Mine: 1\r\n' +
      'Proxy-Authorization: Basic eA==\r\nTE: trailers\r\nContent-Length: 2\r\n\r\nhi',
  )
  const answer = await stream.readAll()
  expect(answer).toContain('x-open: 2')
  expect(answer).not.toContain('x-secret: 1')
  expect(answer).not.toContain('keep-alive: timeout')
  expect(answer).toContain(`"x-snek-remote-key":"${ALICE.hex}"`)
  expect(answer).toContain(`"host":"${originUrl.host}"`)
  expect(answer).toContain('"body":"hi"')
  expect(answer).not.toMatch(/x-mine|proxy-authorization|"te"/)
})

test('a chunked body arrives as one, whatever the method', async () => {
  handler = async (request, response) =>
    response.end(`${request.headers['transfer-encoding']} ${await bodyOf(request)}`)
  for (const method of ['GET', 'DELETE', 'POST']) {
    const stream = await TextStream.open(world.alice, BOB)
    await stream.write(
      `${method} / HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    )
    expect(await stream.readAll()).toContain('chunked hi')
  }
})

test('redirects within the service stay within the key', async () => {
  handler = (request, response) => {
    if (request.url === '/b') response.end('arrived')
    else
      response
        .writeHead(302, { location: request.url === '/a' ? `${originUrl.origin}/b` : 'http://example.com/' })
        .end()
  }
  expect(await (await fetch(url('/a'))).text()).toBe('arrived')
  const outward = await fetch(url('/c'), { redirect: 'manual' })
  expect(outward.headers.get('location')).toBe('http://example.com/')
})

test('bodies stream both ways', async () => {
  handler = (request, response) => request.pipe(response)
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  void writer.write(Buffer.from('first'))
  const response = await fetch(url(), { method: 'POST', body: readable, duplex: 'half' })
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader()
  expect((await reader.read()).value).toBe('first')
  void writer.write(Buffer.from('second'))
  expect((await reader.read()).value).toBe('second')
  void writer.close()
  expect((await reader.read()).done).toBe(true)
})

test('HEAD and empty responses keep their heads', async () => {
  handler = (_, response) => response.writeHead(200, { 'content-length': '5' }).end()
  const head = await fetch(url(), { method: 'HEAD' })
  expect(head.headers.get('content-length')).toBe('5')
  handler = (_, response) => response.writeHead(304, { etag: '"1"' }).end()
  expect((await fetch(url())).headers.get('etag')).toBe('"1"')
})

test('a service that is down: 502', async () => {
  await new Promise((resolve) => origin.close(resolve))
  const response = await fetch(url())
  expect(response.status).toBe(502)
  expect(await response.text()).toContain('ECONNREFUSED')
})

test('a service that breaks off in the middle breaks off', async () => {
  handler = (_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('some', () => response.destroy())
  }
  await expect(fetch(url()).then((response) => response.text())).rejects.toThrow()
})

test('a service is told when whoever asked has gone', async () => {
  let told = false
  let asked = false
  handler = (_, response) => {
    asked = true
    response.once('close', () => {
      told = true
    })
  }
  const controller = new AbortController()
  const fetching = fetch(url(), { signal: controller.signal })
  fetching.catch(() => undefined)
  await waitFor(() => asked)
  controller.abort(new Error('enough'))
  await expect(fetching).rejects.toThrow('enough')
  await waitFor(() => told)
})

async function openWebSocket(): Promise<WebSocket> {
  const session = await world.alice.dial(BOB, 'http')
  const stream = await session.openStream()
  return new WebSocket(`ws://${BOB}/chat`, {
    createConnection: () => toDuplex(stream, BOB) as never as Socket,
  })
}

test('WebSockets pass', async () => {
  const sockets = new WebSocketServer({ server: origin })
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data) => socket.send(`${request.headers['x-snek-remote-key']} said ${data}`))
  })
  const socket = await openWebSocket()
  const heard: string[] = []
  socket.on('message', (data) => heard.push(String(data)))
  socket.on('open', () => socket.send('hello'))
  await waitFor(() => heard.length === 1)
  expect(heard).toEqual([`${ALICE.hex} said hello`])
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.close()
  await closed
  await fetch.close()
  for (const session of world.overlay.sessions) await session.close()
})

test('WebSockets that aren’t taken are answered', async () => {
  handler = (_, response) => response.writeHead(403).end('no')
  const socket = await openWebSocket()
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve))
  expect(error.message).toContain('403')
  for (const session of world.overlay.sessions) await session.close()
})

test('no other protocol passes, past the header that says who asks', async () => {
  origin.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
  handler = (request, response) => {
    response.end(`${request.method} ${request.headers.upgrade} ${request.headers['x-snek-remote-key']}`)
  }
  const upgrade =
    'Host: b\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'
  const plain = await TextStream.open(world.alice, BOB)
  await plain.write(`GET / HTTP/1.1\r\n${upgrade}\r\n`)
  expect(await plain.readAll()).toMatch(new RegExp(`^HTTP/1\\.1 200 [^]*GET undefined ${ALICE.hex}`))
  const withBody = await TextStream.open(world.alice, BOB)
  await withBody.write(`POST / HTTP/1.1\r\n${upgrade}Content-Length: 2\r\n\r\nhi`)
  expect(await withBody.readAll()).toMatch(/^HTTP\/1\.1 501 /)
})

test.each(['ftp://127.0.0.1/', 'http://127.0.0.1/path', 'http://user@127.0.0.1/', 'nonsense'])(
  '%s is no origin',
  async (wrong) => {
    await expect(exposeHttp(world.carol, wrong)).rejects.toMatchObject({ code: 'bad-url' })
  },
)
