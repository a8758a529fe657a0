import type { LogLevel } from '@snek/platform'
import { VirtualClock } from '@snek/platform/testing'
import { type ByteStream, memoryTransport, type Transport, TransportError } from '@snek/transport'
import { Key } from '@snek/wire'
import { describe, expect, test } from 'vitest'
import { type PeerRouter, type StaticPeerStatus, type StaticPeers, staticPeers } from './index.ts'

const KEY = Key.from(new Uint8Array(32).fill(7))

/** A router whose handshakes and peerings end as the test says. */
class FakeRouter implements PeerRouter {
  readonly streams: ByteStream[] = []
  connects = 0
  refusal: Error | undefined
  #end: (error?: Error) => void = () => undefined

  async connect(
    stream: ByteStream,
    options: { type: 'remote'; uri: string; dialled: true; signal: AbortSignal },
  ): Promise<{ key: Key; closed: Promise<void> }> {
    this.connects += 1
    this.streams.push(stream)
    expect(options).toMatchObject({ type: 'remote', uri: stream.uri, dialled: true })
    options.signal.throwIfAborted()
    if (this.refusal !== undefined) throw this.refusal
    const closed = new Promise<void>((resolve, reject) => {
      this.#end = (error) => (error === undefined ? resolve() : reject(error))
    })
    return { key: KEY, closed }
  }

  async endPeering(error?: Error): Promise<void> {
    this.#end(error)
    await settle()
  }
}

interface World {
  readonly clock: VirtualClock
  readonly router: FakeRouter
  readonly transport: Required<Transport>
  readonly log: [LogLevel, string][]
  readonly dials: number[]
  readonly peers: StaticPeers
  readonly changes: StaticPeerStatus[]
  status(): StaticPeerStatus
  pass(milliseconds: number): Promise<void>
}

async function world(uris: readonly string[] = ['memory://hub'], up = true): Promise<World> {
  const clock = new VirtualClock()
  const router = new FakeRouter()
  const memory = memoryTransport({ clock })
  const dials: number[] = []
  const started = clock.now()
  const transport: Required<Transport> = {
    ...memory,
    dial: (uri, options) => {
      dials.push((clock.now() - started) / 1000)
      return memory.dial(uri, options)
    },
  }
  if (up) await transport.listen(new URL('memory://hub'), () => undefined)
  const log: [LogLevel, string][] = []
  const logger = {
    enabled: () => true,
    log: (level: LogLevel, message: string) => {
      if (level !== 'debug') log.push([level, message])
    },
  }
  const options = {
    router,
    transports: [transport],
    clock,
    logger,
    random: (length: number) => new Uint8Array(length),
  }
  const peers = staticPeers(options, uris)
  const changes: StaticPeerStatus[] = []
  peers.addEventListener('statuschange', (event) => changes.push(event.detail))
  const pass = async (milliseconds: number): Promise<void> => {
    const until = clock.now() + milliseconds
    while (clock.now() < until) {
      clock.advance(Math.min(500, until - clock.now()))
      await settle()
      clock.advance(0) // what was dialled just now is answered now
      await settle()
    }
  }
  clock.advance(0)
  await settle()
  return {
    clock,
    router,
    transport,
    log,
    dials,
    peers,
    changes,
    status: () => peers.status[0] as StaticPeerStatus,
    pass,
  }
}

/** Lets promises that are settled have their consequences. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('static peers', () => {
  test('are dialled at once', async () => {
    const { router, dials, peers, log, clock } = await world()
    expect(dials).toEqual([0])
    expect(router.connects).toBe(1)
    expect(peers.status).toEqual([{ uri: 'memory://hub', state: 'connected', key: KEY, failures: 0 }])
    expect(log).toEqual([['info', 'static peer connected']])
    expect(clock.pendingTimers).toBe(0)
  })

  test('are dialled again 5 s after each peering that ended, in order or not', async () => {
    const { router, dials, pass, status, log, clock } = await world()
    await router.endPeering()
    expect(status()).toEqual({
      uri: 'memory://hub',
      state: 'waiting',
      failures: 0,
      retryAt: clock.now() + 5000,
    })
    await pass(4999)
    expect(dials).toEqual([0])
    await pass(1)
    expect(dials).toEqual([0, 5])
    expect(status().state).toBe('connected')
    await router.endPeering(new TransportError('connection-lost', 'the cable was pulled'))
    expect(status().error).toMatchObject({ code: 'connection-lost' })
    await pass(5000)
    expect(dials).toEqual([0, 5, 10])
    expect(log.map(([level]) => level)).toEqual(['info', 'warn', 'info', 'warn', 'info'])
  })

  test('are dialled after 2, 4, 8 … seconds while that fails, up to an hour', async () => {
    const { dials, pass, status } = await world(['memory://hub'], false)
    expect(status()).toMatchObject({ state: 'waiting', failures: 1, error: { code: 'connection-refused' } })
    await pass(3 * 3_600_000)
    const waits = dials.slice(1).map((at, index) => at - (dials[index] as number))
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600])
  })

  test('start over at 5 s once they were reached', async () => {
    const { dials, pass, transport, router, status } = await world(['memory://hub'], false)
    await pass(2000 + 4000)
    expect(dials).toEqual([0, 2, 6])
    await transport.listen(new URL('memory://hub'), () => undefined)
    await pass(8000)
    expect(status()).toEqual({ uri: 'memory://hub', state: 'connected', key: KEY, failures: 0 })
    await router.endPeering()
    await pass(5000)
    expect(dials).toEqual([0, 2, 6, 14, 19])
  })

  test('whose handshake fails are failures too: our own key is not dialled faster than the back-off', async () => {
    const { dials, pass, router, status } = await world()
    router.refusal = Object.assign(new Error('that is this node itself'), { code: 'own-key' })
    await router.endPeering()
    await pass(60_000)
    expect(dials).toEqual([0, 5, 7, 11, 19, 35])
    expect(status()).toMatchObject({ state: 'waiting', failures: 5, error: { code: 'own-key' } })
  })

  test('that fail again and again in the same way are one line in the log', async () => {
    const { log, pass, router, transport } = await world(['memory://hub'], false)
    await pass(3_600_000)
    expect(log).toEqual([['warn', 'static peer could not be reached']])
    router.refusal = new Error('another failure')
    await transport.listen(new URL('memory://hub'), () => undefined)
    await pass(2 * 3_600_000)
    expect(log.length).toBe(2)
  })

  test('that don’t answer are given up after 10 s', async () => {
    const { peers, clock, pass, transport } = await world([])
    peers.close()
    const aborted: unknown[] = []
    const silent: Transport = {
      schemes: ['silent'],
      dial: (_uri, options) =>
        new Promise((_resolve, reject) => {
          options?.signal?.addEventListener('abort', () => {
            aborted.push(options.signal?.reason)
            reject(options.signal?.reason)
          })
        }),
    }
    const router = new FakeRouter()
    const one = staticPeers({ router, transports: [transport, silent], clock }, ['silent://one'])
    await pass(9999)
    expect(one.status[0]?.state).toBe('dialling')
    await pass(1)
    expect(one.status[0]).toMatchObject({ state: 'waiting', failures: 1, error: { code: 'timed-out' } })
    await pass(3000)
    expect(one.status[0]?.state).toBe('dialling')
    one.close()
    await settle()
    expect(aborted.length).toBe(2)
    expect(clock.pendingTimers).toBe(0)
  })

  test('are independent of each other', async () => {
    const { peers, dials } = await world(['memory://hub', 'memory://nobody', 'memory://hub'])
    expect(peers.status.map(({ uri, state }) => [uri, state])).toEqual([
      ['memory://hub', 'connected'],
      ['memory://nobody', 'waiting'],
    ])
    expect(dials).toEqual([0, 0])
  })

  test('report each change of state', async () => {
    const { changes, router, pass } = await world()
    await router.endPeering()
    await pass(5000)
    expect(changes.map(({ state }) => state)).toEqual(['connected', 'waiting', 'dialling', 'connected'])
  })

  test('that are closed leave no timer, dial no more, and leave the peering to the router', async () => {
    const connected = await world()
    connected.peers.close()
    await connected.router.endPeering()
    await connected.pass(10_000)
    expect(connected.dials).toEqual([0])
    expect(connected.clock.pendingTimers).toBe(0)

    const waiting = await world(['memory://hub'], false)
    expect(waiting.clock.pendingTimers).toBe(1)
    waiting.peers.close()
    waiting.peers.close()
    await waiting.pass(10_000)
    expect(waiting.dials).toEqual([0])
    expect(waiting.clock.pendingTimers).toBe(0)
  })

  test('are refused at once where no transport carries them', async () => {
    const options = { router: new FakeRouter(), transports: [memoryTransport()] }
    expect(() => staticPeers(options, ['pigeon://roof'])).toThrow(
      expect.objectContaining({ code: 'unsupported-scheme', message: expect.stringContaining('memory://') }),
    )
    expect(() => staticPeers(options, ['hub:7117 or so'])).toThrow(
      expect.objectContaining({ name: 'TransportError' }),
    )
    expect(() => staticPeers(options, ['nonsense'])).toThrow(
      expect.objectContaining({ code: 'address-unusable' }),
    )
  })
})
