import { createServer, connect as netConnect, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { waitFor } from '@snek/platform/testing'
import type { ByteStream, Listener } from '@snek/transport'
import { pattern, Recorder, transportSuite } from '@snek/transport/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { tcpTransport } from './index.ts'

function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => /^TCP|^Timeout$/.test(name)).length
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

transportSuite('TCP', () => ({ transport: tcpTransport(), address: 'tcp://127.0.0.1:0', openHandles }))

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)
if (hasIpv6) {
  transportSuite('TCP over IPv6', () => ({
    transport: tcpTransport(),
    address: 'tcp://[::1]:0',
    openHandles,
  }))
}

const cleanUp: Array<() => unknown> = []

afterEach(async () => {
  for (const close of cleanUp.splice(0)) await close()
})

async function listen(
  uri = 'tcp://127.0.0.1:0',
): Promise<Listener & { accepted: ByteStream[]; port: number }> {
  const accepted: ByteStream[] = []
  const listener = await tcpTransport().listen(new URL(uri), (stream) => accepted.push(stream))
  cleanUp.push(() => listener.close())
  return { ...listener, accepted, port: Number(new URL(listener.uri).port) }
}

/** A socket of no transport: whatever a stranger may do. */
async function rawConnection(port: number): Promise<Socket> {
  const socket = netConnect({ host: '127.0.0.1', port, allowHalfOpen: true })
  cleanUp.push(() => socket.destroy())
  await new Promise((resolve) => socket.once('connect', resolve))
  return socket
}

async function rawServer(onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    cleanUp.push(() => socket.destroy())
    onSocket(socket)
  })
  cleanUp.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

async function accept(listener: { accepted: ByteStream[] }): Promise<Recorder> {
  await waitFor(() => listener.accepted.length > 0, { timeout: 5000 })
  return new Recorder(listener.accepted[0] as ByteStream)
}

/** More than the kernel's buffers hold. */
function writeMuch(side: Recorder): void {
  const chunk = pattern(1_000_000, 1)
  for (let count = 0; count < 32; count += 1) side.write(chunk)
}

describe('TCP streams', () => {
  test('a dial by name works, whichever address family answers', async () => {
    const listener = await listen('tcp://localhost:0')
    expect(listener.uri).toBe(`tcp://localhost:${listener.port}`)
    const near = new Recorder(await tcpTransport().dial(new URL(listener.uri))).start()
    const far = (await accept(listener)).start()
    far.close()
    expect(await near.closes()).toBeUndefined()
    await far.closes()
  })

  test('a stranger who half-closes ends the stream in order; what waits for him is still sent', async () => {
    const listener = await listen()
    const stranger = await rawConnection(listener.port)
    const far = (await accept(listener)).start()
    let received = 0
    stranger.on('data', (chunk) => {
      received += chunk.length
    })
    far.write(pattern(500_000, 1))
    stranger.end('bye')
    expect(await far.closes()).toBeUndefined()
    expect(new TextDecoder().decode(far.bytes)).toBe('bye')
    await waitFor(() => received === 500_000, { timeout: 5000 })
  })

  test('a stranger who half-closes and reads nothing is gone after a second', async () => {
    const listener = await listen()
    const stranger = (await rawConnection(listener.port)).pause()
    const far = (await accept(listener)).start()
    writeMuch(far)
    stranger.end()
    const begin = performance.now()
    expect(await far.closes()).toBeUndefined()
    expect(performance.now() - begin).toBeLessThan(3000)
  })

  test('close gives up after a second when the other side reads nothing', async () => {
    const port = await rawServer(() => undefined)
    const near = new Recorder(await tcpTransport().dial(new URL(`tcp://127.0.0.1:${port}`))).start()
    writeMuch(near)
    near.close()
    const begin = performance.now()
    expect(await near.closes()).toBeUndefined()
    expect(performance.now() - begin).toBeLessThan(3000)
  })

  test('bytes that nobody read don’t turn a close into a reset', async () => {
    const listener = await listen()
    const stranger = await rawConnection(listener.port)
    const ended = new Promise((resolve, reject) => stranger.once('end', resolve).once('error', reject))
    stranger.write(pattern(1_000_000, 1))
    stranger.resume()
    const far = await accept(listener)
    far.write(pattern(5000, 2))
    far.close()
    await ended
    expect(stranger.bytesRead).toBe(5000)
    stranger.end()
    await waitFor(() => openSockets() === 0, {
      timeout: 900,
      message: 'a close that needs not wait its second',
    })
    expect(await far.start().closes()).toBeUndefined()
  })

  test('a reset is connection-lost', async () => {
    const listener = await listen()
    const stranger = await rawConnection(listener.port)
    const far = (await accept(listener)).start()
    far.write(pattern(10, 1))
    stranger.resetAndDestroy()
    expect(await far.closes()).toMatchObject({ name: 'TransportError', code: 'connection-lost' })
  })

  test('a reset of one connection leaves the others alone', async () => {
    const listener = await listen()
    const stranger = await rawConnection(listener.port)
    ;(await accept(listener)).start()
    const near = new Recorder(await tcpTransport().dial(new URL(listener.uri))).start()
    await waitFor(() => listener.accepted.length === 2, { timeout: 5000 })
    const far = new Recorder(listener.accepted[1] as ByteStream).start()
    stranger.resetAndDestroy()
    near.write(pattern(1000, 1))
    await far.receives(pattern(1000, 1))
    near.close()
    await far.closes()
  })

  test('a delivered chunk’s memory is used again', async () => {
    const listener = await listen()
    const stranger = await rawConnection(listener.port)
    const buffers = new Set<ArrayBufferLike>()
    let length = 0
    await waitFor(() => listener.accepted.length > 0, { timeout: 5000 })
    listener.accepted[0]?.start({
      onData: (chunk) => {
        buffers.add(chunk.buffer)
        length += chunk.length
      },
      onDrain: () => undefined,
      onClose: () => undefined,
    })
    for (let count = 0; count < 10; count += 1) stranger.write(pattern(100_000, count))
    await waitFor(() => length === 1_000_000, { timeout: 5000 })
    expect(buffers.size).toBe(1)
    listener.accepted[0]?.close()
  })
})

describe('TCP addresses', () => {
  test.each([
    ['tcp://127.0.0.1', 'address-unusable'],
    ['tcp://127.0.0.1:7117/path', 'address-unusable'],
    ['tcp://user@127.0.0.1:7117', 'address-unusable'],
    ['tcp:7117', 'address-unusable'],
    ['ws://127.0.0.1:7117', 'unsupported-scheme'],
  ])('%s is neither dialled nor listened on', async (uri, code) => {
    const refusal = { name: 'TransportError', code }
    await expect(tcpTransport().dial(new URL(uri))).rejects.toMatchObject(refusal)
    await expect(tcpTransport().listen(new URL(uri), () => undefined)).rejects.toMatchObject(refusal)
  })

  test('port 0 can’t be dialled', async () => {
    await expect(tcpTransport().dial(new URL('tcp://127.0.0.1:0'))).rejects.toMatchObject({
      code: 'address-unusable',
    })
  })

  test('an address of another machine can’t be listened on, and the error says what can', async () => {
    const listening = tcpTransport().listen(new URL('tcp://192.0.2.1:0'), () => undefined)
    await expect(listening).rejects.toMatchObject({
      code: 'address-unusable',
      message: expect.stringContaining('0.0.0.0'),
    })
  })
})

if (hasIpv6) {
  test('an accepted stream names an IPv4 peer plainly, though the listener takes both families', async () => {
    const listener = await listen('tcp://[::]:0')
    const near = await tcpTransport().dial(new URL(`tcp://127.0.0.1:${listener.port}`))
    const far = await accept(listener)
    expect(far.stream.uri).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
    near.close()
    far.close()
  })
}
