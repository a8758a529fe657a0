import { VirtualClock, waitFor } from '@snek/platform/testing'
import { pattern, Recorder, transportSuite } from '@snek/transport/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type BrowserWebSocket, webSocketTransport as browserTransport } from '../src/browser.ts'
import { webSocketTransport } from '../src/node.ts'
import { Opened, openHandles } from './fixtures.ts'

const opened = new Opened()
afterEach(() => opened.closeAll())

// `ws` has the interface of a browser's WebSocket too.
transportSuite('WebSocket of a browser', () => ({
  transport: { ...browserTransport({ WebSocket }), listen: webSocketTransport().listen },
  address: 'ws://127.0.0.1:0/',
  openHandles,
  refusal: 'unreachable',
}))

/** A browser's WebSocket, every event of which is up to the test. */
class FakeWebSocket implements BrowserWebSocket {
  static last: FakeWebSocket
  binaryType = 'blob'
  bufferedAmount = 0
  onopen: ((event: object) => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onerror: ((event: object) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly sent: number[] = []
  closedWith: number | undefined

  constructor() {
    FakeWebSocket.last = this
  }

  send(data: Uint8Array): void {
    this.sent.push(data.length)
    this.bufferedAmount += data.length
  }

  close(code = 1005): void {
    this.closedWith = code
  }
}

async function fakeStream(): Promise<{ clock: VirtualClock; ws: FakeWebSocket; near: Recorder }> {
  const clock = new VirtualClock()
  const transport = browserTransport({ WebSocket: FakeWebSocket, clock })
  const dialling = transport.dial(new URL('ws://fake.example/'))
  const ws = FakeWebSocket.last
  ws.onopen?.({})
  return { clock, ws, near: new Recorder(await dialling) }
}

async function started(): ReturnType<typeof fakeStream> {
  const stream = await fakeStream()
  stream.near.start()
  await Promise.resolve()
  return stream
}

describe('a browser’s WebSocket', () => {
  test('is asked for array buffers', async () => {
    const { ws } = await fakeStream()
    expect(ws.binaryType).toBe('arraybuffer')
  })

  test('is asked for room only while it is full', async () => {
    const { clock, ws, near } = await started()
    expect(near.write(pattern(100_000, 1))).toBe(true)
    expect(ws.sent).toEqual([32_768, 32_768, 32_768, 1696])
    expect(clock.pendingTimers).toBe(0)
    expect(near.write(pattern(200_000, 1))).toBe(false)
    clock.advance(1000)
    expect(near.drains).toBe(0)
    ws.bufferedAmount = 100_000
    clock.advance(10)
    expect(near.drains).toBe(1)
    expect(clock.pendingTimers).toBe(0)
    expect(near.write(pattern(1, 1))).toBe(true)
  })

  test('that isn’t read yet keeps a mebibyte, and fails beyond', async () => {
    const { ws, near } = await fakeStream()
    for (let count = 0; count < 16; count += 1) ws.onmessage?.({ data: new ArrayBuffer(65_536) })
    expect(ws.closedWith).toBeUndefined()
    ws.onmessage?.({ data: new ArrayBuffer(1) })
    expect(ws.closedWith).toBe(4029)
    ws.onclose?.({ code: 4029 })
    expect(await near.start().closes()).toMatchObject({ code: 'connection-lost' })
  })

  test('that gets text fails', async () => {
    const { ws, near } = await started()
    ws.onmessage?.({ data: 'hello' })
    expect(ws.closedWith).toBe(4003)
    ws.onclose?.({ code: 1006 })
    expect(near.error).toMatchObject({ code: 'text-message' })
  })

  test('that gets a message of more than 256 KiB fails', async () => {
    const { ws, near } = await started()
    ws.onmessage?.({ data: new ArrayBuffer(256 * 1024 + 1) })
    ws.onclose?.({ code: 1006 })
    expect(near.error).toMatchObject({ code: 'message-too-long' })
  })

  test('that never closes is given up after a second', async () => {
    const { clock, ws, near } = await started()
    near.write(pattern(300_000, 1))
    near.close()
    expect(ws.closedWith).toBe(1000)
    clock.advance(999)
    expect(near.closed).toBe(false)
    clock.advance(1)
    expect(near.closed).toBe(true)
    expect(near.error).toBeUndefined()
    expect(clock.pendingTimers).toBe(0)
    ws.onclose?.({ code: 1006 })
    near.behaves()
  })

  test('that breaks off is connection-lost', async () => {
    const { ws, near } = await started()
    ws.onclose?.({ code: 1006 })
    expect(near.error).toMatchObject({ code: 'connection-lost' })
  })

  test('missing in a runtime is a typed error', async () => {
    const real = globalThis.WebSocket
    opened.add(() => Object.assign(globalThis, { WebSocket: real }))
    Object.assign(globalThis, { WebSocket: undefined })
    await expect(browserTransport().dial(new URL('ws://127.0.0.1:1/'))).rejects.toMatchObject({
      code: 'unsupported-scheme',
    })
  })

  test('of the runtime is the default', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    opened.add(() => server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    server.on('connection', (ws) => ws.on('message', (data) => ws.send(data)))
    const { port } = server.address() as { port: number }
    const near = new Recorder(await browserTransport().dial(new URL(`ws://127.0.0.1:${port}/`))).start()
    near.write(pattern(100, 1))
    await near.receives(pattern(100, 1))
    near.close()
    await near.closes()
    await waitFor(() => server.clients.size === 0, { timeout: 5000 })
  })
})
