import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import * as tls from 'node:tls'
import { waitFor } from '@snek/platform/testing'
import type { ByteStream } from '@snek/transport'
import { pattern, Recorder, transportSuite } from '@snek/transport/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { webSocketTransport } from '../src/node.ts'
import { CERTIFICATE, Opened, openHandles, PRIVATE_KEY } from './fixtures.ts'

transportSuite('WebSocket', () => ({
  transport: webSocketTransport(),
  address: 'ws://127.0.0.1:0/some/path',
  openHandles,
}))

const REQUEST =
  'GET /peer HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
  'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'

const opened = new Opened()
afterEach(() => opened.closeAll())

async function accept(listener: { accepted: ByteStream[] }, index = 0): Promise<Recorder> {
  await waitFor(() => listener.accepted.length > index, { timeout: 5000 })
  return new Recorder(listener.accepted[index] as ByteStream).start()
}

/** A WebSocket that isn't the transport's: what a stranger may send. */
async function stranger(uri: string, options: { origin?: string } = {}): Promise<WebSocket> {
  const ws = new WebSocket(uri, { maxPayload: 1e9, ...options })
  opened.add(() => ws.terminate())
  await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))
  return ws
}

/** A WebSocket whose frames the test makes itself. */
async function rawWebSocket(listener: { port: number }): ReturnType<Opened['rawConnection']> {
  const connection = await opened.rawConnection(listener.port)
  connection.socket.write(REQUEST)
  await waitFor(() => connection.answer().includes('101'), { timeout: 5000 })
  return connection
}

/** That others go on undisturbed. */
async function expectWorking(uri: string, listener: { accepted: ByteStream[] }): Promise<void> {
  const index = listener.accepted.length
  const near = new Recorder(await webSocketTransport().dial(new URL(uri))).start()
  const far = await accept(listener, index)
  near.write(pattern(1000, 1))
  await far.receives(pattern(1000, 1))
  near.close()
  await far.closes()
}

/** More than the kernel's buffers hold. */
function writeMuch(side: Recorder): void {
  const chunk = pattern(1_000_000, 1)
  for (let count = 0; count < 32; count += 1) side.write(chunk)
}

describe('WebSocket messages', () => {
  test('are binary and of 32 KiB at most outward', async () => {
    const listener = await opened.listen()
    const ws = await stranger(listener.uri)
    const sizes: number[] = []
    ws.on('message', (data: Buffer, isBinary) => {
      expect(isBinary).toBe(true)
      sizes.push(data.length)
    })
    const far = await accept(listener)
    far.write(pattern(100_000, 1))
    far.write(pattern(32 * 1024, 2))
    await waitFor(() => sizes.reduce((sum, size) => sum + size, 0) === 132_768, { timeout: 5000 })
    expect(Math.max(...sizes)).toBe(32 * 1024)
  })

  test('of any size and fragmentation are one stream of bytes inward', async () => {
    const listener = await opened.listen()
    const ws = await stranger(listener.uri)
    const far = await accept(listener)
    const bytes = pattern(200_000, 1)
    ws.send(bytes.subarray(0, 1))
    ws.send(new Uint8Array(0))
    ws.send(bytes.subarray(1, 70_000))
    ws.send(bytes.subarray(70_000, 70_010), { fin: false })
    ws.send(bytes.subarray(70_010, 70_020), { fin: false })
    ws.send(bytes.subarray(70_020), { fin: true })
    await far.receives(bytes)
  })

  test('may come right behind the request', async () => {
    const listener = await opened.listen()
    const { socket, answer } = await opened.rawConnection(listener.port)
    const masked = Uint8Array.of(0x82, 0x83, 1, 2, 3, 4, 9 ^ 1, 8 ^ 2, 7 ^ 3)
    socket.write(Buffer.concat([Buffer.from(REQUEST), masked]))
    const far = await accept(listener)
    await waitFor(() => answer().includes('101'), { timeout: 5000 })
    socket.write(masked)
    await far.receives(Uint8Array.of(9, 8, 7, 9, 8, 7))
  })

  test('that are text end their stream with an error, and nobody else’s', async () => {
    const listener = await opened.listen()
    const ws = await stranger(listener.uri)
    const closed = new Promise<number>((resolve) => ws.once('close', resolve))
    const far = await accept(listener)
    ws.send(pattern(10, 1))
    ws.send('hello')
    ws.send(pattern(10, 2))
    expect(await far.closes()).toMatchObject({ name: 'TransportError', code: 'text-message' })
    expect(await closed).toBe(1003)
    await far.receives(pattern(10, 1))
    await expectWorking(listener.uri, listener)
  })

  test('that are too long end their stream with an error before they were held', async () => {
    const listener = await opened.listen()
    const ws = await stranger(listener.uri)
    const closed = new Promise<number>((resolve) => ws.once('close', resolve))
    const far = await accept(listener)
    ws.send(new Uint8Array(256 * 1024 + 1))
    expect(await far.closes()).toMatchObject({ name: 'TransportError', code: 'message-too-long' })
    expect(await closed).toBe(1009)
    expect(far.length).toBe(0)
    await expectWorking(listener.uri, listener)
  })

  test('that break RFC 6455 end their stream with an error', async () => {
    const listener = await opened.listen()
    const { socket } = await rawWebSocket(listener)
    const far = await accept(listener)
    socket.write('just some text')
    expect(await far.closes()).toMatchObject({ name: 'TransportError', code: 'not-a-websocket' })
    await expectWorking(listener.uri, listener)
  })

  test.each([
    ['begin within another', 0x82, 1, 'not-a-websocket'],
    ['go on for too long', 0x80, 256 * 1024 + 1, 'message-too-long'],
  ])('that %s end their stream with an error', async (_, first, length, code) => {
    const listener = await opened.listen()
    const { socket } = await rawWebSocket(listener)
    const far = await accept(listener)
    const header = Buffer.from([first, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    header.writeBigUInt64BE(BigInt(length), 2)
    socket.write(Buffer.concat([Uint8Array.of(0x02, 0x81, 0, 0, 0, 0, 7), header, Uint8Array.of(8)]))
    expect(await far.closes()).toMatchObject({ name: 'TransportError', code })
    await far.receives(Uint8Array.of(7))
  })
})

describe('pings', () => {
  test('are answered', async () => {
    const listener = await opened.listen()
    const ws = await stranger(listener.uri)
    const far = await accept(listener)
    const answered = new Promise<Buffer>((resolve) => ws.once('pong', resolve))
    ws.ping(Uint8Array.of(1, 2, 3))
    expect([...(await answered)]).toEqual([1, 2, 3])
    ws.send(pattern(10, 1))
    await far.receives(pattern(10, 1))
  })

  test('that come at once: the last one is answered', async () => {
    const listener = await opened.listen()
    const { socket, answer } = await rawWebSocket(listener)
    const far = await accept(listener)
    const pings = Array.from({ length: 1000 }, (_, at) => [0x89, 0x81, 0, 0, 0, 0, at & 0xff])
    socket.write(Uint8Array.from(pings.flat()))
    socket.write(Uint8Array.of(0x82, 0x81, 0, 0, 0, 0, 7))
    await far.receives(Uint8Array.of(7))
    const last = String.fromCharCode(0x8a, 1, 999 & 0xff)
    await waitFor(() => answer().endsWith(last), { timeout: 5000 })
    expect(answer().split('\x8a\x01').length).toBeLessThan(10)
  })

  test('that nobody reads the answers of hold nothing up, and little memory', async () => {
    const listener = await opened.listen()
    const { socket, answer, ended } = await rawWebSocket(listener)
    const far = await accept(listener)
    socket.pause()
    const ping = Uint8Array.of(0x89, 0x80 | 125, ...new Uint8Array(4 + 125))
    const pings = Buffer.concat(Array.from({ length: 120_000 }, () => ping))
    socket.write(pings)
    socket.write(Uint8Array.of(0x82, 0x81, 0, 0, 0, 0, 7))
    await far.receives(Uint8Array.of(7))
    socket.resume()
    far.close()
    await ended
    expect(answer().length).toBeLessThan(pings.length / 100)
  })

  test('are answered in one piece, whatever is sent at the time', async () => {
    const listener = await opened.listen()
    const { socket, answer } = await rawWebSocket(listener)
    const [far] = listener.accepted
    far?.start({
      onData: (chunk) => void far.write(chunk.slice()),
      onDrain: () => undefined,
      onClose: () => undefined,
    })
    const before = answer().length
    const message = [0x82, 0x81, 0, 0, 0, 0, 7]
    socket.write(Uint8Array.of(...message, 0x89, 0x82, 0, 0, 0, 0, 8, 9))
    await waitFor(() => answer().length === before + 7, { timeout: 5000 })
    expect(answer().slice(before)).toContain('\x8a\x02\x08\x09')
  })
})

test('connections that ask for nothing: from the 129th on, the first one is closed', async () => {
  const listener = await opened.listen()
  const first = await opened.rawConnection(listener.port)
  const connecting = Array.from({ length: 127 }, () => opened.rawConnection(listener.port))
  const others = await Promise.all(connecting)
  await stranger(listener.uri)
  await first.ended
  expect(others.filter(({ socket }) => socket.destroyed || socket.readableEnded)).toEqual([])
  await expectWorking(listener.uri, listener)
})

describe('WebSockets that end', () => {
  test('by a close with an error code are connection-lost', async () => {
    const listener = await opened.listen()
    const ws = await stranger(listener.uri)
    const far = await accept(listener)
    ws.close(4321)
    expect(await far.closes()).toMatchObject({
      code: 'connection-lost',
      message: expect.stringContaining('4321'),
    })
  })

  test('without a close are connection-lost', async () => {
    const listener = await opened.listen()
    const ws = await stranger(listener.uri)
    const far = await accept(listener)
    ws.terminate()
    expect(await far.closes()).toMatchObject({ code: 'connection-lost' })
  })

  test('by half of the connection only are gone after a second, read or not', async () => {
    const listener = await opened.listen()
    const { socket } = await rawWebSocket(listener)
    const far = await accept(listener)
    socket.pause()
    writeMuch(far)
    socket.end()
    const begin = performance.now()
    expect(await far.closes()).toMatchObject({ code: 'connection-lost' })
    expect(performance.now() - begin).toBeLessThan(3000)
  })

  test('by our close while the other side reads nothing are given up after a second', async () => {
    const listener = await opened.listen()
    const ws = await stranger(listener.uri)
    const far = await accept(listener)
    ws.pause()
    writeMuch(far)
    far.close()
    const begin = performance.now()
    expect(await far.closes()).toBeUndefined()
    expect(performance.now() - begin).toBeLessThan(3000)
  })
})

describe('a WebSocket listener', () => {
  test('takes any origin', async () => {
    const listener = await opened.listen()
    await stranger(listener.uri, { origin: 'https://elsewhere.example' })
    await accept(listener)
  })

  test('takes its own path only, with any query', async () => {
    const listener = await opened.listen()
    const elsewhere = new URL('/elsewhere', listener.uri)
    await expect(webSocketTransport().dial(elsewhere)).rejects.toMatchObject({
      code: 'not-a-websocket',
      message: expect.stringContaining('404'),
    })
    await webSocketTransport().dial(new URL('?from=somewhere', listener.uri))
    await accept(listener)
    expect(listener.accepted.length).toBe(1)
  })

  test('tells people with a browser what it is', async () => {
    const listener = await opened.listen()
    const here = await fetch(listener.uri.replace('ws:', 'http:'))
    expect(here.status).toBe(426)
    expect(here.headers.get('content-type')).toContain('text/plain')
    expect(await here.text()).toContain('snek')
    const elsewhere = await fetch(new URL('/', listener.uri.replace('ws:', 'http:')))
    expect(elsewhere.status).toBe(404)
    expect(await elsewhere.text()).toContain('snek')
  })

  test.each([
    ['text', 'hello there\r\n\r\n', '400'],
    ['bytes', '\u0001\u0000\u0000\u0000\u0000\u0000\u0000;', '400'],
    ['a header without end', `GET /peer HTTP/1.1\r\nx: ${'y'.repeat(100_000)}`, '431'],
    [
      'an upgrade to something else',
      'GET /peer HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
      '400',
    ],
    [
      'an upgrade without a key',
      'GET /peer HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      '400',
    ],
    ['a post', 'POST /peer HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello', '426'],
  ])('answers %s with an error, throws it out, and goes on', async (_name, text, status) => {
    const listener = await opened.listen()
    const { socket, answer, ended } = await opened.rawConnection(listener.port)
    socket.write(text, 'latin1')
    await ended
    expect(answer()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(listener.accepted).toEqual([])
    await expectWorking(listener.uri, listener)
  })

  test('that closes throws out those who said nothing yet', async () => {
    const listener = await opened.listen()
    const { ended } = await opened.rawConnection(listener.port)
    await expectWorking(listener.uri, listener) // so the silent one was accepted, too
    await listener.close()
    await ended
  })
})

describe('a WebSocket dial', () => {
  test('to something that answers no HTTP is not-a-websocket', async () => {
    const port = await opened.rawServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
    await expect(webSocketTransport().dial(new URL(`ws://127.0.0.1:${port}/`))).rejects.toMatchObject({
      code: 'not-a-websocket',
    })
  })

  test('that is hung up on is connection-lost', async () => {
    const port = await opened.rawServer((socket) => socket.destroy())
    await expect(webSocketTransport().dial(new URL(`ws://127.0.0.1:${port}/`))).rejects.toMatchObject({
      code: 'connection-lost',
    })
  })

  test('that gets no answer is aborted at once', async () => {
    const port = await opened.rawServer((socket) => socket.resume())
    const controller = new AbortController()
    const dialling = webSocketTransport().dial(new URL(`ws://127.0.0.1:${port}/`), {
      signal: controller.signal,
    })
    setTimeout(() => controller.abort(new Error('enough')), 20)
    await expect(dialling).rejects.toThrow('enough')
  })

  test.each([
    ['ws://127.0.0.1:0/', 'address-unusable'],
    ['ws://127.0.0.1:7118/#part', 'address-unusable'],
    ['http://127.0.0.1:7118/', 'unsupported-scheme'],
  ])('to %s is refused', async (uri, code) => {
    await expect(webSocketTransport().dial(new URL(uri))).rejects.toMatchObject({
      name: 'TransportError',
      code,
    })
  })

  test.each([
    ['wss://127.0.0.1:0/', 'unsupported-scheme'],
    ['http://127.0.0.1:0/', 'unsupported-scheme'],
    ['ws://127.0.0.1:0/?query', 'address-unusable'],
    ['ws://192.0.2.1:0/', 'address-unusable'],
  ])('is fine, but %s can’t be listened on', async (uri, code) => {
    const listening = webSocketTransport().listen(new URL(uri), () => undefined)
    await expect(listening).rejects.toMatchObject({ name: 'TransportError', code })
  })
})

describe('wss', () => {
  async function secureServer(): Promise<{ uri: URL; accepted: WebSocket[] }> {
    const server = createSecureServer({ cert: CERTIFICATE, key: PRIVATE_KEY })
    const accepted: WebSocket[] = []
    new WebSocketServer({ server }).on('connection', (ws) => accepted.push(ws))
    opened.add(() => server.close())
    opened.add(() => accepted.map((ws) => ws.terminate()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { uri: new URL(`wss://localhost:${(server.address() as AddressInfo).port}/`), accepted }
  }

  test('is dialled where the certificate’s authority is known', async () => {
    // Node has it, its types don't yet. For users it is NODE_EXTRA_CA_CERTS.
    const { setDefaultCACertificates } = tls as unknown as { setDefaultCACertificates(all: string[]): void }
    const trusted = tls.getCACertificates('default')
    opened.add(() => setDefaultCACertificates(trusted))
    setDefaultCACertificates([...trusted, CERTIFICATE])
    const { uri, accepted } = await secureServer()
    const near = new Recorder(await webSocketTransport().dial(uri)).start()
    await waitFor(() => accepted.length === 1, { timeout: 5000 })
    accepted[0]?.on('message', (data) => accepted[0]?.send(data))
    near.write(pattern(100_000, 1))
    await near.receives(pattern(100_000, 1))
    near.close()
    await near.closes()
  })

  test('is refused where it isn’t, and the error says how to make it known', async () => {
    const { uri } = await secureServer()
    await expect(webSocketTransport().dial(uri)).rejects.toMatchObject({
      code: 'tls-failed',
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
  })

  test('is tls-failed where nobody speaks TLS', async () => {
    const port = await opened.rawServer((socket) => socket.end('hello\r\n'))
    await expect(webSocketTransport().dial(new URL(`wss://127.0.0.1:${port}/`))).rejects.toMatchObject({
      code: 'tls-failed',
    })
  })
})
