// Local proxies into the overlay: what they take, what they refuse.
import { request as requestHttp } from 'node:http'
import { connect, type Socket } from 'node:net'
import { VirtualClock, waitFor } from '@snek/platform/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ProxyService, serveHttpProxy, serveSocksProxy } from '../src/proxy/index.ts'
import { GREETING_LIMIT } from '../src/proxy/socks-proxy.ts'
import type { HttpService } from '../src/serve-options.ts'
import { type FetchHandler, serveHttp } from '../src/web/index.ts'
import { BOB, CAROL, createWorld, quiet, type World } from './support.ts'

let world: World
let clock: VirtualClock
let service: HttpService
let proxy: ProxyService
let handler: FetchHandler

beforeEach(async () => {
  world = createWorld()
  clock = new VirtualClock()
  handler = async (request) => new Response(`${request.method} ${request.url} ${await request.text()}`)
  service = await serveHttp(world.bob, 'http', (request, info) => handler(request, info))
})

afterEach(async () => {
  await proxy.close()
  await service.close()
  await quiet(world)
  expect(world.overlay.sessions.size).toBe(0)
  expect(clock.pendingTimers).toBe(0)
})

/** A connection to the proxy, in bytes as text. */
async function open(): Promise<{
  socket: Socket
  send(text: string): void
  readAll(): Promise<string>
  read(length: number): Promise<string>
}> {
  const { hostname, port } = new URL(proxy.url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  let text = ''
  let ended = false
  socket.setEncoding('latin1')
  socket.on('data', (chunk) => {
    text += chunk
  })
  const done = (): void => {
    ended = true
  }
  socket.on('end', done).on('close', done).on('error', done)
  await new Promise((resolve) => socket.once('connect', resolve))
  return {
    socket,
    send: (bytes) => void socket.write(bytes, 'latin1'),
    readAll: async () => {
      await waitFor(() => ended)
      socket.destroy()
      return text
    },
    read: async (length) => {
      await waitFor(() => text.length >= length || ended)
      const taken = text.slice(0, length)
      text = text.slice(length)
      return taken
    },
  }
}

describe('HTTP', () => {
  beforeEach(async () => {
    proxy = await serveHttpProxy(world.alice, { clock })
  })

  async function ask(text: string): Promise<string> {
    const connection = await open()
    connection.send(text)
    return connection.readAll()
  }

  const get = (url: string, headers = ''): string =>
    `GET ${url} HTTP/1.1\r\nHost: whatever\r\nConnection: close\r\n${headers}\r\n`

  test.each([
    ['a key in hex', BOB.hex],
    ['a key in base32', `${BOB.toBase32()}.snek`],
    ['a key with a port', `${BOB.hex}:8008`],
  ])('%s', async (_, host) => {
    const answer = await ask(get(`http://${host}/a/../b?c`))
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain(`GET http://${BOB.hex}/b?c`)
  })

  test('a query without a path', async () => {
    expect(await ask(get(`http://${BOB}?a=b`))).toContain(`GET http://${BOB.hex}/?a=b`)
  })

  test('requests one after the other on one connection', async () => {
    const connection = await open()
    for (const body of ['one', 'two', 'three']) {
      connection.send(
        `POST http://${BOB}/ HTTP/1.1\r\nHost: b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    }
    connection.send(get(`http://${BOB}/last`))
    const answer = await connection.readAll()
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(4)
    expect(answer.indexOf('one')).toBeLessThan(answer.indexOf('three'))
    expect(world.overlay.dials).toBe(1)
  })

  test('proxy headers and credentials stay behind', async () => {
    handler = (request) => Response.json(Object.fromEntries(request.headers))
    const answer = await ask(
      get(
        `http://${BOB}/`,
        'Proxy-Authorization: Basic eA==\r\nProxy-Connection: keep-alive\r\nX-Own: 1\r\n',
      ),
    )
    expect(answer).toContain('"x-own":"1"')
    expect(answer).not.toContain('proxy-')
  })

  describe('refuses', () => {
    test.each([
      ['what a page sends to it as to a server', '/', 400],
      ['a URL inside a path', `/http://${BOB.hex}/`, 400],
      ['https', `https://${BOB.hex}/`, 400],
      ['hosts of the web', 'http://example.com/', 403],
      ['local hosts', 'http://127.0.0.1:22/', 403],
      ['credentials', `http://user:password@${BOB.hex}/`, 403],
    ])('%s', async (_, url, status) => {
      expect(await ask(get(url))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(world.overlay.dials).toBe(0)
    })

    test.each(['https://example.com', 'http://localhost:3000', 'null'])('pages of %s', async (origin) => {
      expect(await ask(get(`http://${BOB}/`, `Origin: ${origin}\r\n`))).toMatch(/^HTTP\/1\.1 403 /)
      const upgrade = `Origin: ${origin}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n`
      expect(await ask(`GET http://${BOB}/ HTTP/1.1\r\nHost: b\r\n${upgrade}\r\n`)).toMatch(
        /^HTTP\/1\.1 403 /,
      )
      expect(world.overlay.dials).toBe(0)
    })

    test('CONNECT to hosts of the web', async () => {
      expect(await ask('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n')).toMatch(
        /^HTTP\/1\.1 403 /,
      )
    })

    test('garbage', async () => {
      expect(await ask('\x05\x01\x00garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    })
  })

  test('lets pages of the overlay ask', async () => {
    const origin = `Origin: http://${CAROL.toBase32()}.snek\r\n`
    expect(await ask(get(`http://${BOB}/`, origin))).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('nobody there: 502', async () => {
    expect(await ask(get(`http://${CAROL}/`))).toMatch(/^HTTP\/1\.1 502 [\s\S]*doesn't answer/)
    expect(await ask(`CONNECT ${CAROL}:80 HTTP/1.1\r\nHost: c\r\n\r\n`)).toMatch(/^HTTP\/1\.1 502 /)
  })

  test('CONNECT carries anything, both ways', async () => {
    const connection = await open()
    connection.send(
      `CONNECT ${BOB.toBase32()}.snek:443 HTTP/1.1\r\nHost: b\r\n\r\n${'POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\n'}`,
    )
    connection.send('hi')
    connection.socket.end()
    const answer = await connection.readAll()
    expect(answer).toMatch(/^HTTP\/1\.1 200 Connection established\r\n\r\nHTTP\/1\.1 200 /)
    expect(answer).toContain('POST http://b/ hi')
  })

  test('a client that goes gives the dial up, and the request', async () => {
    world.overlay.hold = true
    const { socket, send } = await open()
    send(get(`http://${BOB}/`))
    await waitFor(() => world.overlay.dials === 1)
    socket.destroy()
    await waitFor(() => world.overlay.givenUp === 1)
    world.overlay.hold = false

    let told: AbortSignal | undefined
    handler = (request) => {
      told = request.signal
      return new Promise(() => undefined)
    }
    const second = await open()
    second.send(get(`http://${BOB}/`))
    await waitFor(() => told)
    second.socket.destroy()
    await waitFor(() => told?.aborted)
  })

  test('closing ends what is under way', async () => {
    handler = () => new Promise(() => undefined)
    const { send, readAll } = await open()
    send(`CONNECT ${BOB}:80 HTTP/1.1\r\nHost: b\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n`)
    await waitFor(() => [...world.overlay.sessions].some(({ open }) => open === 1))
    await proxy.close()
    expect(await readAll()).not.toContain('HTTP/1.1 200 OK')
  })

  test('an address that is taken says so', async () => {
    const port = Number(new URL(proxy.url).port)
    await expect(serveHttpProxy(world.alice, { port })).rejects.toMatchObject({ code: 'address-in-use' })
  })

  test('node:http’s own client', async () => {
    const { hostname, port } = new URL(proxy.url)
    const body = await new Promise<string>((resolve, reject) => {
      const request = requestHttp(
        { host: hostname, port, path: `http://${BOB}/x`, agent: false },
        async (response) => {
          let text = ''
          for await (const chunk of response) text += chunk
          resolve(text)
        },
      )
      request.on('error', reject).end()
    })
    expect(body).toBe(`GET http://${BOB}/x `)
  })
})

describe('SOCKS5', () => {
  beforeEach(async () => {
    proxy = await serveSocksProxy(world.alice, { clock })
  })

  const name = (host: string): string => `\x03${String.fromCharCode(host.length)}${host}`

  async function greet(request: string): Promise<Awaited<ReturnType<typeof open>>> {
    const connection = await open()
    connection.send('\x05\x02\x02\x00')
    expect(await connection.read(2)).toBe('\x05\x00')
    connection.send(`\x05${request}\x00\x50`)
    return connection
  }

  const succeeded = '\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00'

  test.each([
    ['a key in hex', BOB.hex],
    ['a key in base32', `${BOB.toBase32()}.snek`],
  ])('%s', async (_, host) => {
    const connection = await greet(`\x01\x00${name(host)}`)
    expect(await connection.read(10)).toBe(succeeded)
    connection.send('POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\nhi')
    connection.socket.end()
    expect(await connection.readAll()).toMatch(/^HTTP\/1\.1 200 [\s\S]*POST http:\/\/b\/ hi/)
  })

  test('byte by byte, and all at once', async () => {
    const greeting = `\x05\x01\x00\x05\x01\x00${name(BOB.hex)}\x00\x50GET / HTTP/1.1\r\nHost: b\r\n\r\n`
    const slow = await open()
    slow.socket.setNoDelay()
    for (const byte of greeting) {
      slow.send(byte)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const quick = await open()
    quick.send(greeting)
    for (const connection of [slow, quick]) {
      expect(await connection.readAll()).toMatch(/HTTP\/1\.1 200 [\s\S]*GET http:\/\/b\//)
    }
  })

  test.each([
    ['a name of the web', `\x01\x00${name('example.com')}`, 2],
    ['an IPv4 address', '\x01\x00\x01\x7f\x00\x00\x01', 8],
    ['an IPv6 address', `\x01\x00\x04${'\x00'.repeat(15)}\x01`, 8],
    ['BIND', `\x02\x00${name(BOB.hex)}`, 7],
    ['nobody there', `\x01\x00${name(CAROL.hex)}`, 4],
  ])('%s is refused', async (_, request, reply) => {
    const connection = await greet(request)
    expect(await connection.readAll()).toBe(`\x05${String.fromCharCode(reply)}\x00\x01${'\x00'.repeat(6)}`)
  })

  test('clients that insist on a password are told', async () => {
    const connection = await open()
    connection.send('\x05\x01\x02')
    expect(await connection.readAll()).toBe('\x05\xff')
  })

  test.each([
    ['HTTP, as from a page', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
    ['SOCKS4', '\x04\x01\x00\x50\x7f\x00\x00\x01\x00'],
    ['no methods', '\x05\x00'],
    ['an unknown kind of address', '\x05\x01\x00\x05\x01\x00\x09aaaa'],
    ['another version in the request', '\x05\x01\x00\x04\x01\x00\x03'],
  ])('%s ends the connection', async (_, text) => {
    const connection = await open()
    connection.send(text)
    expect(await connection.readAll()).not.toContain('\x05\x00\x00')
    expect(world.overlay.dials).toBe(0)
  })

  test('a client that ends too early, or says nothing for long', async () => {
    const early = await open()
    early.send('\x05')
    early.socket.end()
    expect(await early.readAll()).toBe('')
    const silent = await open()
    await waitFor(() => clock.pendingTimers === 1)
    clock.advance(GREETING_LIMIT)
    expect(await silent.readAll()).toBe('')
  })
})
