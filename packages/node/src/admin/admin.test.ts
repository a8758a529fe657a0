import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SnekError, systemClock } from '@snek/platform'
import { waitFor } from '@snek/platform/testing'
import type { RouterSnapshot } from '@snek/router'
import { Key } from '@snek/wire'
import { Packr } from 'msgpackr'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeNetwork, type FakeStream } from '../../test/fake-network.ts'
import type { PeerStream } from '../streams.ts'
import { type AdminClient, type AdminServer, connectAdmin, defaultAdminPath, serveAdmin } from './index.ts'

const OWN = Key.from(new Uint8Array(32).fill(1))
const STATUS = { key: OWN.toString(), peers: [1, 2] } as unknown as RouterSnapshot
const OTHER = Key.from(new Uint8Array(32).fill(2))

let directory: string
let path: string
let network: FakeNetwork
let server: AdminServer
let client: AdminClient

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snek-admin-'))
  path = join(directory, 'sock')
  network = new FakeNetwork(OWN)
  server = await serve()
  client = await connectAdmin(path)
})

afterEach(async () => {
  await server.close()
  await rm(directory, { recursive: true })
})

function serve(): Promise<AdminServer> {
  return serveAdmin({
    path,
    network,
    status: () => STATUS,
    clock: systemClock(),
  })
}

async function collect(readable: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(readable).arrayBuffer())
}

/** Resolves once `count` is above 0 and has been the same for 25 looks in a row. */
async function standsStill(count: () => number): Promise<void> {
  let [last, same] = [0, 0]
  await waitFor(() => {
    same = count() === last && last > 0 ? same + 1 : 0
    last = count()
    return same === 25
  })
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('the socket', () => {
  test('is for its owner alone, and gone after close', async () => {
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await server.close()
    await expect(stat(path)).rejects.toThrow('ENOENT')
    await expect(connectAdmin(path)).rejects.toMatchObject({ code: 'no-running-node' })
  })

  test('of a live node is not taken over', async () => {
    await expect(serve()).rejects.toMatchObject({ code: 'admin-in-use' })
    expect(await client.status()).toMatchObject({ peers: [1, 2] })
  })

  test('is not made over another file', async () => {
    const file = join(directory, 'file')
    await writeFile(file, 'precious')
    const options = { network, status: () => STATUS, clock: systemClock() }
    await expect(serveAdmin({ ...options, path: file })).rejects.toMatchObject({
      code: 'admin-path-unusable',
    })
    const deep = join(directory, 'none', 'sock')
    await expect(serveAdmin({ ...options, path: deep })).rejects.toThrow('no such directory')
    const long = join(directory, 'x'.repeat(120))
    await expect(serveAdmin({ ...options, path: long })).rejects.toThrow('too long')
  })
})

describe('defaultAdminPath', () => {
  test('is in the runtime directory, if that is ours alone', async () => {
    const environment = { XDG_RUNTIME_DIR: directory }
    expect(await defaultAdminPath(environment)).toBe(join(directory, 'snek.sock'))
    await chmod(directory, 0o755)
    expect(await defaultAdminPath(environment)).not.toContain(directory)
  })
})

describe('requests', () => {
  test('hello and status', async () => {
    expect(client.key.equals(OWN)).toBe(true)
    expect(await client.status()).toEqual(STATUS)
  })

  test('what the node refuses comes with its code', async () => {
    network.refusal = new SnekError('unreachable', 'nobody there')
    await expect(client.open(OTHER, 'file')).rejects.toMatchObject({
      code: 'unreachable',
      message: 'nobody there',
    })
  })

  test('giving up on opening reaches the node', async () => {
    network.hold = true
    const controller = new AbortController()
    const opening = client.open(OTHER, 'file', { signal: controller.signal })
    await waitFor(() => network.opening !== undefined)
    controller.abort(new Error('enough'))
    await expect(opening).rejects.toThrow('enough')
    await waitFor(() => network.opening?.aborted === true)
  })
})

describe('a stream that is opened', () => {
  async function open(): Promise<{ stream: PeerStream; near: FakeStream; far: FakeStream }> {
    const stream = await client.open(OTHER, 'file')
    const [ends] = network.opened
    if (ends === undefined) throw new Error('nothing was opened')
    return { stream, ...ends }
  }

  test('carries bytes both ways, half-closes, and ends in order', async () => {
    const { stream, near, far } = await open()
    expect(stream.remoteKey.equals(OTHER)).toBe(true)
    const writer = stream.writable.getWriter()
    const sent = new Uint8Array(300_000).map((_, index) => index)
    const received = collect(far.readable)
    await writer.write(sent)
    await writer.close()
    expect(await received).toEqual(sent)
    const answer = far.writable.getWriter()
    await answer.write(text('answer'))
    await answer.close()
    expect(await collect(stream.readable)).toEqual(text('answer'))
    expect(near.closedWith).toBeUndefined()
    await stream.close()
    expect(near.closedWith).toBe('in order')
  })

  test('may be closed with its writable still open, which is closed then', async () => {
    const { stream, near, far } = await open()
    await stream.close()
    expect(near.closedWith).toBe('in order')
    expect(await collect(far.readable)).toHaveLength(0)
  })

  test('that breaks, breaks with the code it had, for who reads, writes or waits', async () => {
    const { stream, near, far } = await open()
    const writer = stream.writable.getWriter()
    await far.close(new SnekError('idle-timeout', 'silence'))
    const failure = { code: 'idle-timeout', message: 'silence' }
    await expect(writer.closed).rejects.toMatchObject(failure)
    await expect(collect(stream.readable)).rejects.toMatchObject(failure)
    await expect(writer.write(text('x'))).rejects.toMatchObject(failure)
    expect(near.closedWith).toMatchObject(failure)
  })

  test('that breaks while it is full, breaks with the code it had', async () => {
    const { stream, far } = await open()
    const writer = stream.writable.getWriter()
    let written = 0
    const writing = (async () => {
      for (;;) {
        await writer.write(new Uint8Array(64 * 1024))
        written++
      }
    })()
    writing.catch(() => undefined)
    await standsStill(() => written)
    await far.close(new SnekError('stopped-by-peer', 'no more'))
    await expect(writing).rejects.toMatchObject({ code: 'stopped-by-peer' })
  })

  test('is cut when the command cuts it', async () => {
    const { stream, near, far } = await open()
    const reading = collect(far.readable)
    await stream.close(new SnekError('interrupted', 'no more'))
    await expect(collect(stream.readable)).rejects.toThrow('no more')
    await expect(reading).rejects.toThrow('no more')
    expect(near.closedWith).toMatchObject({ code: 'interrupted' })
  })

  test('may be given up in one direction, and goes on in the other', async () => {
    const { stream, near, far } = await open()
    const writer = stream.writable.getWriter()
    const answer = far.writable.getWriter()
    await far.readable.cancel(new SnekError('stopped-by-peer', 'enough'))
    await expect(writer.closed).rejects.toMatchObject({ code: 'stopped-by-peer', message: 'enough' })
    const reading = collect(stream.readable)
    await answer.write(text('answer'))
    await answer.close()
    expect(await reading).toEqual(text('answer'))
    await stream.close()
    expect(near.closedWith).toBe('in order')
  })

  test('may be given up by the command in one direction, and goes on in the other', async () => {
    const { stream, near, far } = await open()
    await stream.readable.cancel(new SnekError('enough', 'no more'))
    await expect(far.writable.getWriter().closed).rejects.toMatchObject({ code: 'enough' })
    const reading = collect(far.readable)
    const writer = stream.writable.getWriter()
    await writer.write(text('still'))
    await writer.close()
    expect(await reading).toEqual(text('still'))
    await stream.close()
    expect(near.closedWith).toBe('in order')
  })

  test('whose sending was reset ends in order all the same', async () => {
    const { stream, near, far } = await open()
    await stream.writable.abort(new SnekError('enough', 'no more'))
    await expect(collect(far.readable)).rejects.toMatchObject({ code: 'enough', message: 'no more' })
    await far.writable.getWriter().close()
    expect(await collect(stream.readable)).toHaveLength(0)
    await stream.close()
    expect(near.closedWith).toBe('in order')
  })

  test('is cut when the node ends', async () => {
    const { stream, near } = await open()
    await server.close()
    await expect(collect(stream.readable)).rejects.toMatchObject({ code: 'admin-connection-lost' })
    await waitFor(() => near.closedWith !== undefined)
    expect(near.closedWith).toMatchObject({ code: 'admin-connection-lost' })
  })

  test('backpressure reaches the writer', async () => {
    const { stream, far } = await open()
    const writer = stream.writable.getWriter()
    let written = 0
    const writing = (async () => {
      for (let index = 0; index < 640; index++) {
        await writer.write(new Uint8Array(64 * 1024))
        written++
      }
      await writer.close()
    })()
    // Nobody reads: what fits into sockets and queues is taken, and no more.
    await standsStill(() => written)
    expect(written).toBeLessThan(100)
    expect(await collect(far.readable)).toHaveLength(640 * 64 * 1024)
    await writing
  })
})

describe('listening', () => {
  test('streams come one by one', async () => {
    const incoming = await client.listen('file')
    const keys: string[] = []
    const serving = (async () => {
      for await (const stream of incoming) {
        keys.push(stream.remoteKey.toString())
        await stream.readable.pipeTo(stream.writable)
      }
    })()
    for (const value of ['one', 'two', 'three']) {
      const far = network.arrive('file', OTHER)
      const writer = far.writable.getWriter()
      await writer.write(text(value))
      await writer.close()
      expect(await collect(far.readable)).toEqual(text(value))
    }
    await incoming.close()
    await serving
    expect(keys).toEqual([OTHER, OTHER, OTHER].map(String))
    await waitFor(() => network.listening.size === 0)
  })

  test('streams beyond the limit are cut, and the rest when the command leaves', async () => {
    const incoming = await client.listen('file')
    const far = Array.from({ length: 132 }, () => network.arrive('file', OTHER))
    const busy = (stream: PeerStream): Promise<void> =>
      expect(collect(stream.readable)).rejects.toMatchObject({ code: 'admin-busy' })
    await Promise.all(far.slice(128).map(busy))
    await incoming.close()
    await Promise.all(far.slice(0, 128).map(busy))
  })
})

describe('what is no admin protocol', () => {
  const packr = new Packr({ useRecords: false })
  const framed = (message: unknown): Uint8Array => {
    const body = packr.pack(message)
    const bytes = Buffer.alloc(4 + body.length)
    bytes.writeUInt32BE(body.length)
    bytes.set(body, 4)
    return bytes
  }

  test.each<[string, Uint8Array, string]>([
    ['a message too long', Uint8Array.of(0x7f, 0xff, 0xff, 0xff), 'admin-message-too-long'],
    ['no MessagePack', Uint8Array.of(0, 0, 0, 2, 0xd9, 0x05), 'admin-malformed'],
    ['no map', framed('status'), 'admin-malformed'],
    ['another version', framed({ version: 1, type: 'status' }), 'admin-version'],
    ['no version', framed({ type: 'status' }), 'admin-version'],
    ['an unknown request', framed({ version: 2, type: 'dance' }), 'admin-malformed'],
    ['a request without its fields', framed({ version: 2, type: 'open', key: 7 }), 'admin-malformed'],
    ['a key that is none', framed({ version: 2, type: 'open', key: 'abc', protocol: 'file' }), 'bad-key'],
    ['a stream that never was', framed({ version: 2, type: 'accept', id: 7 }), 'no-such-stream'],
  ])('%s ends that connection', async (_, bytes, code) => {
    const socket = connect(path)
    socket.write(bytes)
    const answer: Uint8Array[] = []
    for await (const chunk of socket) answer.push(chunk as Uint8Array)
    expect(packr.unpack(Buffer.concat(answer).subarray(4))).toMatchObject({ version: 2, type: 'error', code })
    expect(await client.status()).toMatchObject({ peers: [1, 2] })
  })

  test('a cut message ends that connection', async () => {
    const socket = connect(path)
    socket.end(Uint8Array.of(0, 0, 0, 9, 0x81))
    for await (const _ of socket);
    expect(await client.status()).toMatchObject({ peers: [1, 2] })
  })
})
