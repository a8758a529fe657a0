import { waitFor } from '@snek/platform/testing'
import type { ByteStream, Listener } from '@snek/transport'
import { byteStreamSuite, pattern, Recorder } from '@snek/transport/testing'
import { Key } from '@snek/wire'
import * as nodeDataChannel from 'node-datachannel'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import {
  type Connection,
  type Connector,
  connector,
  remoteConnector,
  serveConnector,
  webRtcTransport,
  webRtcUri,
} from '../src/index.ts'
import { nodeConnector } from '../src/node.ts'
import { Overlay, streamPair } from './overlay.ts'

// Checks of a way are repeated after a second, on a busy machine more than once.
vi.setConfig({ testTimeout: 30_000 })

const NEAR = Key.from(new Uint8Array(32).fill(1))
const FAR = Key.from(new Uint8Array(32).fill(2))

const here = nodeConnector(nodeDataChannel)

const connections = new Set<Connection>()

/** As `here`, and keeps its connections in mind until they are closed. */
const observed: Connector = {
  async connect() {
    const connection = await here.connect()
    connections.add(connection)
    const close = connection.close.bind(connection)
    connection.close = () => {
      close()
      connections.delete(connection)
    }
    return connection
  },
}

/** The same, with a message port in between. */
function elsewhere(): Connector {
  const { port1, port2 } = new MessageChannel()
  serveConnector(port1 as never, observed)
  port1.unref()
  port2.unref()
  return remoteConnector(port2 as never)
}

afterAll(() => nodeDataChannel.cleanup())

const opened: Array<() => unknown> = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
  // A connection that closes while the next one is made can take that one with it: libdatachannel's threads.
  await waitFor(() => connections.size === 0)
})

async function link(using: Connector): Promise<readonly [ByteStream, ByteStream]> {
  const overlay = new Overlay()
  const accepted: ByteStream[] = []
  const far = webRtcTransport({ network: overlay.join(FAR), connector: using })
  const listener = await far.listen(new URL('webrtc:'), (stream) => accepted.push(stream))
  const near = webRtcTransport({ network: overlay.join(NEAR), connector: using })
  const stream = await near.dial(new URL(webRtcUri(FAR)))
  await waitFor(() => accepted.length === 1, { timeout: 20_000 })
  await listener.close()
  const other = accepted[0] as ByteStream
  opened.push(() => {
    stream.close()
    other.close()
  })
  return [stream, other]
}

byteStreamSuite('data channel', () => link(here))
byteStreamSuite('data channel elsewhere', () => link(elsewhere()))

describe('a link', () => {
  async function listening(options: object = {}): Promise<{ overlay: Overlay; accepted: ByteStream[] }> {
    const overlay = new Overlay()
    const accepted: ByteStream[] = []
    const far = webRtcTransport({ network: overlay.join(FAR), connector: here, ...options })
    const listener: Listener = await far.listen(new URL('webrtc:'), (stream) => accepted.push(stream))
    opened.push(() => {
      for (const stream of accepted) stream.close()
      return listener.close()
    })
    return { overlay, accepted }
  }

  test('names the other side', async () => {
    const [near, far] = await link(here)
    expect(near.uri).toBe(`webrtc://${FAR.hex}`)
    expect(far.uri).toBe(`webrtc://${NEAR.hex}`)
  })

  test('is refused to keys that aren’t accepted', async () => {
    const { overlay, accepted } = await listening({ accepts: (key: Key) => !key.equals(NEAR) })
    const near = webRtcTransport({ network: overlay.join(NEAR), connector: here })
    await expect(near.dial(new URL(webRtcUri(FAR)))).rejects.toMatchObject({
      name: 'TransportError',
      code: 'connection-refused',
      message: expect.stringContaining('wants no direct link'),
    })
    expect(accepted).toEqual([])
  })

  test('that is broken off by the other side is connection-lost', async () => {
    const { overlay, accepted } = await listening()
    let connection: { close(): void } | undefined
    const kept: Connector = {
      connect: async () => {
        const made = await here.connect()
        connection = made
        return made
      },
    }
    const near = webRtcTransport({ network: overlay.join(NEAR), connector: kept })
    const ours = new Recorder(await near.dial(new URL(webRtcUri(FAR)))).start()
    await waitFor(() => accepted.length === 1, { timeout: 20_000 })
    const theirs = new Recorder(accepted[0] as ByteStream).start()
    ours.write(pattern(100, 1))
    await theirs.receives(pattern(100, 1))
    connection?.close()
    expect(await theirs.closes()).toMatchObject({ code: 'connection-lost' })
    ours.close()
    await ours.closes()
  })

  test('isn’t made without WebRTC, or where it is blocked', async () => {
    const { overlay } = await listening()
    const blocked = connector({
      RTCPeerConnection: class {
        constructor() {
          throw new Error('not allowed')
        }
      } as never,
    })
    const uri = new URL(webRtcUri(FAR))
    for (const [using, reason] of [
      [connector(), 'no WebRTC in this runtime'],
      [blocked, 'WebRTC is blocked here: not allowed'],
    ] as const) {
      const near = webRtcTransport({ network: overlay.join(NEAR), connector: using })
      await expect(near.dial(uri)).rejects.toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining(reason),
      })
    }
  })

  test('is refused by who has no WebRTC', async () => {
    const { overlay } = await listening({ connector: connector() })
    const near = webRtcTransport({ network: overlay.join(NEAR), connector: here })
    await expect(near.dial(new URL(webRtcUri(FAR)))).rejects.toMatchObject({
      code: 'connection-refused',
      message: expect.stringContaining('it has no WebRTC'),
    })
  })

  test('is given up with the signal’s reason', async () => {
    const overlay = new Overlay()
    const network = { ...overlay.join(NEAR), open: async () => streamPair(NEAR, FAR)[0] } // nobody answers
    const near = webRtcTransport({ network, connector: here })
    const controller = new AbortController()
    const dialling = near.dial(new URL(webRtcUri(FAR)), { signal: controller.signal })
    const reason = new Error('not wanted any more')
    controller.abort(reason)
    await expect(dialling).rejects.toBe(reason)
    await expect(near.dial(new URL(webRtcUri(FAR)), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    )
  })

  test('takes only URIs with a key', async () => {
    const near = webRtcTransport({ network: new Overlay().join(NEAR), connector: here })
    await expect(near.dial(new URL('webrtc://example.org'))).rejects.toMatchObject({
      code: 'address-unusable',
    })
    await expect(near.dial(new URL('tcp://127.0.0.1:1'))).rejects.toMatchObject({
      code: 'unsupported-scheme',
    })
    await expect(near.listen(new URL('tcp:'), () => undefined)).rejects.toMatchObject({
      code: 'unsupported-scheme',
    })
  })

  test.each([
    ['nothing', ''],
    ['no JSON', '{"type":'],
    ['another message', '{"type":"answer","sdp":"v=0"}'],
    ['no description', '{"type":"offer","sdp":"hello"}'],
    ['a description without end', `{"type":"offer","sdp":"${'x'.repeat(40_000)}"}`],
  ])('an offer that is %s is dropped, and others are answered', async (_, text) => {
    const { overlay, accepted } = await listening()
    const stream = await overlay.join(NEAR).open(FAR, 'webrtc')
    const writer = stream.writable.getWriter()
    const sent = writer.write(new TextEncoder().encode(text)).then(() => writer.close())
    sent.catch(() => undefined) // the listener may stop reading
    const near = webRtcTransport({ network: overlay.join(NEAR), connector: here })
    const ours = await near.dial(new URL(webRtcUri(FAR)))
    opened.push(() => ours.close())
    await waitFor(() => accepted.length === 1, { timeout: 20_000 })
  })

  test.each([
    ['nonsense', 'no JSON'],
    ['a description that isn’t one', '{"type":"answer","sdp":"hello"}'],
    ['an unknown refusal', '{"type":"refused","reason":"because"}'],
  ])('an answer of %s is refused', async (_, text) => {
    const overlay = new Overlay()
    const open = async (): Promise<ReturnType<typeof streamPair>[0]> => {
      const [near, far] = streamPair(NEAR, FAR)
      const writer = far.writable.getWriter()
      void far.readable.cancel()
      void writer.write(new TextEncoder().encode(text)).then(() => writer.close())
      return { ...near, writable: new WritableStream() }
    }
    const near = webRtcTransport({ network: { ...overlay.join(NEAR), open }, connector: here })
    await expect(near.dial(new URL(webRtcUri(FAR)))).rejects.toMatchObject({
      code: 'connection-refused',
      message: expect.stringContaining('makes no sense'),
    })
  })
})
