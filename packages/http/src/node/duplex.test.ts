import { once } from 'node:events'
import { waitFor } from '@snek/platform/testing'
import { Key } from '@snek/wire'
import { expect, test } from 'vitest'
import { FakeSession } from '../../test/fake-network.ts'
import { TextStream } from '../../test/support.ts'
import { type StreamSocket, toDuplex } from './duplex.ts'

const ALICE = Key.from(new Uint8Array(32).fill(0xa1))
const BOB = Key.from(new Uint8Array(32).fill(0xb2))

interface Ends {
  socket: StreamSocket
  far: TextStream
  session: FakeSession
}

async function connect(): Promise<Ends> {
  const session = new FakeSession(BOB)
  const other = new FakeSession(ALICE)
  session.meet(other)
  other.meet(session)
  const socket = toDuplex(await session.openStream(), BOB)
  const { value } = await other.streams[Symbol.asyncIterator]().next()
  return { socket, far: new TextStream(value), session }
}

async function readAll(socket: StreamSocket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}

test('knows who is at the other end', async () => {
  const { socket } = await connect()
  expect(socket.remoteKey.equals(BOB)).toBe(true)
  expect(socket.remoteAddress).toBe(BOB.hex)
  socket.destroy()
})

test('carries bytes both ways, and half-closes', async () => {
  const { socket, far, session } = await connect()
  socket.end('question')
  expect(await far.readAll()).toBe('question')
  expect(socket.destroyed).toBe(false)
  void far.write('answer').then(() => far.end())
  expect(await readAll(socket)).toBe('answer')
  await waitFor(() => socket.closed)
  expect(session.open).toBe(0)
})

test('writes what was written together at once', async () => {
  const { socket, far } = await connect()
  socket.cork()
  for (const piece of ['head', ' ', 'body']) socket.write(piece)
  socket.uncork()
  expect(await far.readUntil('body')).toBe('head body')
  socket.destroy()
})

test('tells the writer to wait', async () => {
  const { socket, far } = await connect()
  let written = 0
  while (socket.write(Buffer.alloc(16 * 1024))) written += 1
  expect(written).toBeLessThan(8)
  const drained = once(socket, 'drain')
  const reading = far.readAll()
  await drained
  socket.end()
  expect((await reading).length).toBe((written + 1) * 16 * 1024)
  socket.destroy()
})

test('makes the other side wait', async () => {
  const { socket, far } = await connect()
  let written = 0
  const writing = (async () => {
    for (; written < 100; written += 1) await far.write('x'.repeat(16 * 1024))
    await far.end()
  })()
  socket.pause()
  socket.read(0)
  let before = -1
  await waitFor(() => {
    const still = written === before
    before = written
    return still
  })
  expect(written).toBeLessThan(10)
  expect((await readAll(socket)).length).toBe(100 * 16 * 1024)
  await writing
  socket.destroy()
})

test('destroying it resets both directions', async () => {
  const { socket, far, session } = await connect()
  socket.on('error', () => undefined)
  socket.destroy(new Error('given up'))
  await expect(far.readAll()).rejects.toMatchObject({ code: 'stream-reset' })
  await expect(far.write('x')).rejects.toMatchObject({ code: 'stream-stopped' })
  await waitFor(() => session.open === 0)
})

test('destroying it soon lets arrive what was written', async () => {
  const { socket, far } = await connect()
  socket.write('last words')
  socket.destroySoon()
  expect(await far.readAll()).toBe('last words')
  await waitFor(() => socket.closed)
  await expect(far.write('x')).rejects.toMatchObject({ code: 'stream-stopped' })
})

test.each(['reading', 'idle'])('a reset ends it, though it is %s', async (state) => {
  const { socket, far } = await connect()
  if (state === 'reading') socket.resume()
  const failed = once(socket, 'error')
  far.reset()
  expect((await failed)[0]).toMatchObject({ code: 'stream-reset' })
  await waitFor(() => socket.closed)
})

test('a lost session ends it, though nobody reads or writes', async () => {
  const { socket, session } = await connect()
  const failed = once(socket, 'error')
  session.lose()
  expect((await failed)[0]).toMatchObject({ code: 'session-lost' })
})

test('what the other side said before it stopped reading is heard first', async () => {
  const { socket, far } = await connect()
  const failed = once(socket, 'error')
  far.stopReading()
  void far.write('go away').then(() => far.end())
  socket.write('more and more')
  const [, text] = await Promise.all([failed, readAll(socket).catch((error: Error) => error)])
  expect(text).toBe('go away')
  expect((await failed)[0]).toMatchObject({ code: 'stream-stopped' })
})

test('says so when nothing happens for a while', async () => {
  const { socket } = await connect()
  let heard = 0
  socket.setTimeout(1, () => {
    heard += 1
  })
  await once(socket, 'timeout')
  expect(heard).toBe(1)
  socket.setTimeout(0)
  socket.setTimeout(60_000)
  socket.destroy()
})

test('takes what sockets are asked', async () => {
  const { socket } = await connect()
  expect(socket.setKeepAlive().setNoDelay().ref().unref()).toBe(socket)
  socket.destroy()
})
