import { createIdentity } from '@snek/identity'
import type { Logger } from '@snek/platform'
import { waitFor } from '@snek/platform/testing'
import { type ByteStream, memoryTransport, type Transport } from '@snek/transport'
import { encodeHandshake } from '@snek/wire'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createNode, type Node, type NodeOptions } from './node.ts'

const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

/** Closed after the test. */
async function start(options: NodeOptions): Promise<Node> {
  const node = await createNode(options)
  onTestFinished(() => node.close())
  return node
}

/** Two nodes that are peers of each other. */
async function pair(): Promise<{ near: Node; far: Node; transports: readonly Transport[] }> {
  const transports = [memoryTransport()]
  const far = await start({ transports, listen: ['memory://far'] })
  const near = await start({ transports, peers: ['memory://far'] })
  await waitFor(() => isPeered(near) && isPeered(far))
  return { near, far, transports }
}

function isPeered(node: Node): boolean {
  return node.snapshot().peers.some(({ coords }) => coords !== null)
}

describe('createNode', () => {
  test('is its identity’s, its seed’s, or a new key', async () => {
    const identity = createIdentity()
    expect((await start({ identity })).key).toEqual(identity.key)
    expect((await start({ seed: seed(3) })).key).toEqual(createIdentity({ seed: seed(3) }).key)
    const [one, other] = [await start({}), await start({})]
    expect(one.key).not.toEqual(other.key)
  })

  test('says where it listens', async () => {
    const node = await start({ listen: ['tcp://127.0.0.1:0', 'ws://127.0.0.1:0/path'] })
    expect(node.listening).toEqual([
      expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/),
      expect.stringMatching(/^ws:\/\/127\.0\.0\.1:[1-9]\d*\/path$/),
    ])
    const peer = await start({ peers: node.listening })
    await waitFor(() => node.snapshot().peers.length === 2)
    expect(peer.staticPeers.status.map(({ uri }) => uri)).toEqual(node.listening)
  })

  test.each<[string, NodeOptions, string]>([
    ['an address that is taken', { listen: ['memory://free', 'memory://taken'] }, 'address-in-use'],
    [
      'an address without a transport',
      { listen: ['memory://free', 'tcp://127.0.0.1:0'] },
      'unsupported-scheme',
    ],
    [
      'a peer without a transport',
      { listen: ['memory://free'], peers: ['pigeon://roof'] },
      'unsupported-scheme',
    ],
    ['a seed of another length', { listen: ['memory://free'], seed: new Uint8Array(31) }, 'bad-seed'],
  ])('leaves nothing open after %s', async (_, options, code) => {
    const transports = [memoryTransport()]
    await start({ transports, listen: ['memory://taken'] })
    await expect(createNode({ ...options, transports })).rejects.toMatchObject({ code })
    const again = await start({ transports, listen: ['memory://free'] })
    expect(again.snapshot().peers).toEqual([])
  })

  test('refuses to listen where one can only dial', async () => {
    const { schemes, dial } = memoryTransport()
    await expect(
      createNode({ transports: [{ schemes, dial }], listen: ['memory://here'] }),
    ).rejects.toMatchObject({
      code: 'unsupported-scheme',
      message: expect.stringContaining('only be dialled'),
    })
  })
})

test('sessions by key and protocol', async () => {
  const { near, far } = await pair()
  const listener = far.listen('chat')
  const echoing = (async () => {
    for await (const session of listener) {
      expect(session.remoteKey).toEqual(near.key)
      for await (const stream of session.streams) await stream.readable.pipeTo(stream.writable)
      return
    }
  })()
  const session = await near.dial(far.key, 'chat', { signal: AbortSignal.timeout(5000) })
  const stream = await session.openStream()
  const writer = stream.writable.getWriter()
  await writer.write(new TextEncoder().encode('hello'))
  await writer.close()
  expect(await new Response(stream.readable).text()).toBe('hello')
  await session.close()
  await echoing
})

test('a stranger on a listener is a line in the log, and nobody else’s trouble', async () => {
  const transport = memoryTransport()
  const lines: string[] = []
  const logger: Logger = {
    enabled: () => true,
    log: (level, message, fields) => lines.push(`${level} ${message} ${fields?.['code']}`),
  }
  const node = await start({ transports: [transport], listen: ['memory://node'], logger })
  const friend = await start({ transports: [transport], peers: ['memory://node'] })
  await waitFor(() => isPeered(friend))
  const stranger: ByteStream = await transport.dial(new URL('memory://node'))
  const closed = new Promise<void>((resolve) => {
    stranger.start({ onData: () => undefined, onDrain: () => undefined, onClose: () => resolve() })
  })
  stranger.write(new TextEncoder().encode('GET / HTTP/1.1\r\nhost: somewhere\r\n\r\n'.repeat(4)))
  await closed
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
    'warn peering refused unsupported-version',
  ])
  expect(node.snapshot().peers.map(({ key }) => key)).toEqual([friend.key.toString()])
})

test('peers with nodes alone that hold their key, where that is required', async () => {
  const transport = memoryTransport()
  const codes: unknown[] = []
  const logger: Logger = {
    enabled: () => true,
    log: (_level, _message, fields) => {
      if (fields?.['code'] !== undefined) codes.push(fields['code'])
    },
  }
  const strict = { transports: [transport], requireChallenge: true }
  const node = await start({ ...strict, listen: ['memory://node'], logger })
  const plain: ByteStream = await transport.dial(new URL('memory://node'))
  const closed = new Promise<void>((resolve) => {
    plain.start({ onData: () => undefined, onDrain: () => undefined, onClose: () => resolve() })
  })
  plain.write(encodeHandshake(createIdentity()))
  await closed
  expect(codes).toEqual(['challenge-required'])
  const friend = await start({ ...strict, peers: ['memory://node'] })
  await waitFor(() => isPeered(friend) && isPeered(node))
})

describe('close', () => {
  test('ends sessions and peerings in order, frees addresses, and dials no more', async () => {
    const { near, far, transports } = await pair()
    const listener = far.listen('chat')
    const accepted = (async () => {
      for await (const session of listener) return session
      throw new Error('no session came')
    })()
    const session = await near.dial(far.key, 'chat')
    const other = await accepted
    const errors: unknown[] = []
    near.router.addEventListener('peerremoved', ({ detail }) => errors.push(detail.error))

    await Promise.all([far.close(), far.close()])
    await session.closed
    await other.closed
    await waitFor(() => errors.length === 1)
    expect(errors).toEqual([undefined])
    const again = await start({ transports, listen: ['memory://far'] })
    expect(again.listening).toEqual(['memory://far'])

    await near.close()
    await expect(near.dial(again.key, 'chat')).rejects.toHaveProperty('code')
    expect(() => near.snapshot()).toThrow(expect.objectContaining({ code: 'router-closed' }))
    expect(again.snapshot().peers).toEqual([])
  })
})
