// HTTP over real sessions between real nodes.
import { createHash } from 'node:crypto'
import { getRequestListener } from '@hono/node-server'
import { waitFor } from '@snek/platform/testing'
import express from 'express'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { remoteKey, serveHttp, toDuplex } from '../src/node/index.ts'
import { type NodePair, startNodes } from './nodes.ts'
import { type CreateFetch, clients, servers, TextStream } from './support.ts'

let nodes: NodePair

beforeAll(async () => {
  nodes = await startNodes()
})

afterAll(() => nodes[Symbol.asyncDispose]())

const pairs = clients.flatMap(([client, createFetch]) =>
  servers.map(([server, serve]) => ({ client, server, createFetch, serve })),
)

function fetchFrom(createFetch: CreateFetch): ReturnType<CreateFetch> {
  const fetch = createFetch(nodes.near)
  onTestFinished(() => fetch.close())
  return fetch
}

describe.each(pairs)('$client client, $server server', ({ createFetch, serve }) => {
  test('a request and its response', async () => {
    await using _ = await serve(nodes.far, 'http', async (request, info) =>
      Response.json({ from: info.remoteKey, body: await request.text() }),
    )
    const fetch = fetchFrom(createFetch)
    const response = await fetch(`http://${nodes.far.key}/hello`, { method: 'POST', body: 'héllo' })
    expect(await response.json()).toEqual({ from: nodes.near.key.hex, body: 'héllo' })
  })

  test('8 MB there and back', async () => {
    await using _ = await serve(nodes.far, 'http', (request) => new Response(request.body))
    const fetch = fetchFrom(createFetch)
    const chunk = Uint8Array.from({ length: 64 * 1024 }, (_, at) => at % 251)
    const sent = createHash('sha256')
    const received = createHash('sha256')
    let left = 128
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (left-- === 0) return controller.close()
        sent.update(chunk)
        controller.enqueue(chunk)
      },
    })
    const response = await fetch(`http://${nodes.far.key}/`, { method: 'POST', body, duplex: 'half' })
    let length = 0
    for await (const piece of response.body as ReadableStream<Uint8Array>) {
      length += piece.length
      received.update(piece)
    }
    expect(length).toBe(128 * chunk.length)
    expect(received.digest('hex')).toBe(sent.digest('hex'))
  }, 30_000)

  test('aborting reaches the handler, and spares the session', async () => {
    let told: AbortSignal | undefined
    await using _ = await serve(nodes.far, 'http', (request) => {
      if (request.url.endsWith('/quick')) return new Response('quick')
      told = request.signal
      return new Promise(() => undefined)
    })
    const fetch = fetchFrom(createFetch)
    const controller = new AbortController()
    const fetching = fetch(`http://${nodes.far.key}/`, { signal: controller.signal })
    fetching.catch(() => undefined)
    await waitFor(() => told)
    controller.abort(new Error('enough'))
    await expect(fetching).rejects.toThrow('enough')
    await waitFor(() => told?.aborted)
    expect(await (await fetch(`http://${nodes.far.key}/quick`)).text()).toBe('quick')
  })

  test('bad requests are answered', async () => {
    await using _ = await serve(nodes.far, 'http', () => new Response())
    const session = await nodes.near.dial(nodes.far.key, 'http')
    onTestFinished(() => session.close({ code: 0 }))
    for (const [text, status] of [
      ['hello\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\nHost: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ]) {
      const stream = new TextStream(await session.openStream())
      await stream.write(text as string)
      expect(await stream.readAll()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    }
  })

  test('what is closed leaves no session behind', async () => {
    const service = await serve(nodes.far, 'http', () => new Response('hi'))
    const fetch = createFetch(nodes.near)
    await (await fetch(`http://${nodes.far.key}/`)).text()
    await fetch.close()
    await service.close()
    await waitFor(() => nodes.near.sessions.counters().sessions === 0)
    await waitFor(() => nodes.far.sessions.counters().sessions === 0)
  })
})

describe('frameworks', () => {
  const get = async (path: string): Promise<Response> => {
    const [, createFetch] = clients[0] as (typeof clients)[0]
    return fetchFrom(createFetch)(`http://${nodes.far.key}${path}`)
  }

  test('Express', async () => {
    const app = express()
    app.get('/hello/:name', (request, response) => {
      response.json({ name: request.params.name, from: remoteKey(request), ip: request.ip })
    })
    await using _ = await serveHttp(nodes.far, 'http', app)
    const { hex } = nodes.near.key
    expect(await (await get('/hello/snek')).json()).toEqual({ name: 'snek', from: hex, ip: hex })
    expect((await get('/nowhere')).status).toBe(404)
  })

  test('Hono', async () => {
    const app = new Hono()
    app.get('/hello/:name', (context) => context.text(`hello ${context.req.param('name')}`))
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
    await using _ = await serveHttp(
      nodes.far,
      'http',
      (request, response) => void listener(request, response),
    )
    expect(await (await get('/hello/snek')).text()).toBe('hello snek')
  })

  test('a listener that would keep the stream doesn’t', async () => {
    await using _ = await serveHttp(nodes.far, 'http', (_, response) => {
      response.writeHead(200, { connection: 'keep-alive', 'content-length': '2' }).end('hi')
    })
    const session = await nodes.near.dial(nodes.far.key, 'http')
    onTestFinished(() => session.close({ code: 0 }))
    const stream = new TextStream(await session.openStream())
    await stream.write('GET / HTTP/1.1\r\nHost: bob\r\n\r\n')
    expect(await stream.readAll()).toMatch(/hi$/)
  })

  test('WebSockets', async () => {
    await using service = await serveHttp(nodes.far, 'http', (_, response) => response.end())
    const sockets = new WebSocketServer({ server: service.server })
    sockets.on('connection', (socket, request) => {
      socket.send(`welcome ${remoteKey(request)?.hex}`)
      socket.on('message', (data) => socket.send(`you said ${data}`))
    })
    const session = await nodes.near.dial(nodes.far.key, 'http')
    onTestFinished(() => session.close({ code: 0 }))
    const stream = await session.openStream()
    const socket = new WebSocket(`ws://${nodes.far.key}/chat`, {
      createConnection: () => toDuplex(stream, nodes.far.key) as never,
    })
    const heard: string[] = []
    socket.on('message', (data) => heard.push(String(data)))
    socket.on('open', () => socket.send('hello'))
    await waitFor(() => heard.length === 2)
    expect(heard).toEqual([`welcome ${nodes.near.key.hex}`, 'you said hello'])
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.close()
    await closed
  })
})

test('two clients of a node share a session, and closing one leaves it to the other', async () => {
  for (const [, createFetch] of clients) {
    const [, serve] = servers[0] as (typeof servers)[0]
    let answer!: (response: Response) => void
    await using _ = await serve(nodes.far, 'http', (request) =>
      request.url.endsWith('/slow') ? new Promise((resolve) => (answer = resolve)) : new Response('quick'),
    )
    const [one, other] = [createFetch(nodes.near), fetchFrom(createFetch)]
    const slow = other(`http://${nodes.far.key}/slow`)
    await waitFor(() => answer)
    await (await one(`http://${nodes.far.key}/`)).text()
    expect(nodes.near.sessions.counters().sessions).toBe(1)
    await one.close()
    answer(new Response('slow'))
    expect(await (await slow).text()).toBe('slow')
    await other.close()
    await waitFor(() => nodes.near.sessions.counters().sessions === 0)
  }
})
