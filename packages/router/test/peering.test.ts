// Handshakes, keepalives, limits: how peerings begin and end.
import type { Clock, TimerHandle } from '@snek/platform'
import { createStreamPair, type StreamPair, TransportError } from '@snek/transport'
import { encodeHandshake, HANDSHAKE_LENGTH, WireError } from '@snek/wire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PeeringError, type PeeringErrorCode, type Router } from '../src/index.ts'
import { identity, KEEPALIVE, type Stranger, World } from './world.ts'

let world: World
let router: Router

beforeEach(async () => {
  world = new World()
  router = await world.router(1)
})

afterEach(() => world.close())

const other = identity(9)
const handshake = encodeHandshake(other)

function changed(at: number, value: number): Uint8Array {
  const bytes = Uint8Array.from(handshake)
  bytes[at] = value
  return bytes
}

/** The code with which the peering ended, once it has. */
async function ended(stranger: Stranger): Promise<unknown> {
  const error = await stranger.connecting.then(
    ({ closed }) => closed.catch((reason: unknown) => reason),
    (reason: unknown) => reason,
  )
  expect(error === undefined || error instanceof Error).toBe(true)
  return error instanceof WireError || error instanceof PeeringError || error instanceof TransportError
    ? error.code
    : error
}

describe('two routers', () => {
  test('peer, and part in order', async () => {
    const second = await world.router(2)
    const events: [string, number, string][] = []
    router.addEventListener('peeradded', ({ detail }) => events.push(['added', detail.port, detail.key.hex]))
    router.addEventListener('peerremoved', ({ detail }) => {
      expect(detail.error).toBeUndefined()
      events.push(['removed', detail.port, detail.key.hex])
    })
    const [near, far] = await world.link(router, second, { type: 'bluetooth' })
    expect(near).toMatchObject({ port: 1, type: 'bluetooth', uri: 'memory:far', zone: undefined })
    expect([near.key, far.key]).toEqual([second.key, router.key])
    far.close()
    world.clock.advance(2000)
    await Promise.all([near.closed, far.closed])
    expect(events).toEqual([
      ['added', 1, second.key.hex],
      ['removed', 1, second.key.hex],
    ])
    expect(router.snapshot().peers).toEqual([])
    expect(world.log.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'peering started'],
      ['info', 'peering started'],
      ['info', 'peering ended'],
      ['info', 'peering ended'],
    ])
  })

  test('stay together for as long as they like, with nothing but keepalives', async () => {
    const second = await world.router(2)
    await world.link(router, second)
    world.clock.advance(29 * 60_000)
    expect(router.snapshot().peers.length).toBe(1)
    const { protocol_in: before } = router.snapshot().peers[0]?.bytes ?? {}
    world.clock.advance(60_000)
    const { protocol_in: after } = router.snapshot().peers[0]?.bytes ?? {}
    expect(after).toBeGreaterThan(before ?? 0)
    expect(world.reasons()).toEqual([])
  })

  test('learn that their link was lost', async () => {
    const second = await world.router(2)
    const [near, far, pair] = await world.link(router, second)
    pair.cut()
    world.clock.advance(0)
    await expect(near.closed).rejects.toMatchObject({ code: 'connection-lost' })
    await expect(far.closed).rejects.toMatchObject({ code: 'connection-lost' })
    expect(world.reasons()).toEqual(['connection-lost', 'connection-lost'])
  })

  test('may have several peerings, each with the lowest free port', async () => {
    const second = await world.router(2)
    const [one] = await world.link(router, second)
    const [two] = await world.link(router, second)
    const [three] = await world.link(router, second)
    expect([one.port, two.port, three.port]).toEqual([1, 2, 3])
    two.close()
    world.clock.advance(2000)
    const [again] = await world.link(router, second)
    expect(again.port).toBe(2)
  })
})

describe('a handshake is refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['of another version', changed(0, 2), 'unsupported-version'],
    ['with other capabilities', changed(7, 0x3a), 'unsupported-capabilities'],
    ['with a bad signature', changed(HANDSHAKE_LENGTH - 1, 0), 'bad-signature'],
    ['with our own key', encodeHandshake(identity(1)), 'own-key'],
    ['that is text', new TextEncoder().encode('GET / HTTP/1.1\r\n'), 'unsupported-version'],
  ])('%s', async (_, bytes, code) => {
    const stranger = world.stranger(router, { uri: 'tcp://192.0.2.7:4000' }).send(bytes)
    world.clock.advance(3000)
    expect(await ended(stranger)).toBe(code)
    expect(stranger.closed).toBe(true)
    expect(world.log).toMatchObject([
      { level: 'warn', message: 'peering refused', fields: { code, uri: 'tcp://192.0.2.7:4000' } },
    ])
    expect(router.snapshot().counters).toMatchObject({ peerings_refused: 1, handshakes: 0 })
  })

  test.each<[string, Uint8Array]>([
    ['that never comes', new Uint8Array()],
    ['of which half comes', handshake.subarray(0, 50)],
  ])('%s, after 10 s', async (_, bytes) => {
    const stranger = world.stranger(router).send(bytes)
    world.clock.advance(9_990)
    expect(world.log).toEqual([])
    world.clock.advance(3000)
    expect(await ended(stranger)).toBe('handshake-timeout')
    expect(stranger.closed).toBe(true)
  })

  test('that comes a byte each second, after 10 s', async () => {
    const stranger = world.stranger(router)
    for (const byte of handshake.subarray(0, 12)) {
      stranger.send(Uint8Array.of(byte))
      world.clock.advance(1000)
    }
    expect(await ended(stranger)).toBe('handshake-timeout')
  })

  test('when the other side closes before', async () => {
    const stranger = world.stranger(router).send(handshake.subarray(0, 50))
    stranger.stream.close()
    world.clock.advance(2000)
    expect(await ended(stranger)).toBe('handshake-cut')
  })

  test('when it is given up, but a peering isn’t', async () => {
    const controller = new AbortController()
    const started = world.stranger(router, { signal: controller.signal }).introduce(other)
    world.clock.advance(100)
    await started.connecting
    const waiting = world.stranger(router, { signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(waiting.connecting).rejects.toBe(reason)
    const late = world.stranger(router, { signal: controller.signal })
    await expect(late.connecting).rejects.toBe(reason)
    world.clock.advance(2000)
    expect([waiting.closed, late.closed, started.closed]).toEqual([true, true, false])
  })
})

describe('where a challenge is required', () => {
  let strict: Router

  beforeEach(async () => {
    strict = await world.router(3, { requireChallenge: true })
  })

  test('a plain handshake is refused, with a line in the log', async () => {
    const stranger = world.stranger(strict, { uri: 'tcp://192.0.2.7:4000' }).introduce(other)
    world.clock.advance(2000)
    expect(await ended(stranger)).toBe('challenge-required')
    expect(stranger.closed).toBe(true)
    const code = 'challenge-required'
    expect(world.log).toMatchObject([{ level: 'warn', message: 'peering refused', fields: { code } }])
    expect(strict.snapshot().counters).toMatchObject({ peerings_refused: 1, handshakes: 0 })
  })

  test('routers of ours pass, whether they require it too or not', async () => {
    const second = await world.router(2, { requireChallenge: true })
    const [near, far] = await world.link(strict, second)
    expect([near.key, far.key]).toEqual([second.key, strict.key])
    const [again] = await world.link(strict, router)
    expect(again.key).toEqual(router.key)
  })

  test('what a router sent to begin another peering is worth nothing', async () => {
    const newPair = (): StreamPair => createStreamPair({ clock: world.clock, latency: 1 })
    const [toStrict, toRouter, again] = [newPair(), newPair(), newPair()]
    const recorded: Uint8Array[] = []
    const nothing = { onDrain: () => undefined, onClose: () => undefined }
    toRouter.streams[1].start({
      ...nothing,
      onData: (chunk) => {
        recorded.push(chunk.slice())
        toStrict.streams[1].write(chunk.slice())
      },
    })
    toStrict.streams[1].start({
      ...nothing,
      onData: (chunk) => void toRouter.streams[1].write(chunk.slice()),
    })
    const connecting = [
      strict.connect(toStrict.streams[0], { type: 'remote' }),
      router.connect(toRouter.streams[0], { type: 'remote' }),
    ]
    world.clock.advance(100)
    expect((await Promise.all(connecting)).map(({ key }) => key)).toEqual([router.key, strict.key])

    again.streams[1].start({ ...nothing, onData: () => undefined })
    for (const bytes of recorded) again.streams[1].write(bytes)
    const refused = expect(strict.connect(again.streams[0], { type: 'remote' })).rejects
    world.clock.advance(2000)
    await refused.toMatchObject({ code: 'bad-signature' })
    expect(strict.snapshot().peers.length).toBe(1)
  })
})

describe('limits', { timeout: 30_000 }, () => {
  async function refused(stranger: Stranger, code: PeeringErrorCode): Promise<void> {
    await expect(stranger.connecting).rejects.toMatchObject({ code })
    world.clock.advance(2000)
    expect(stranger.closed).toBe(true)
  }

  test('handshakes', async () => {
    const limited = await world.router(2, { limits: { handshakes: 2 } })
    const [first] = [world.stranger(limited), world.stranger(limited)]
    await refused(world.stranger(limited), 'too-many-handshakes')
    first.introduce(other)
    world.clock.advance(100)
    await first.connecting
    const next = world.stranger(limited).introduce(identity(8))
    world.clock.advance(100)
    expect((await next.connecting).port).toBe(2)
  })

  test('handshakes from one address, which leave room for others', async () => {
    const limited = await world.router(2, { limits: { handshakesPerAddress: 2 } })
    const from = (uri: string): Stranger => world.stranger(limited, { uri })
    const [first] = [from('tcp://[2001:db8::1]:4000'), from('ws://[2001:db8::2]:4001')]
    await refused(from('tcp://[2001:db8::3]:4000'), 'too-many-handshakes')
    from('tcp://[2001:db8:0:1::1]:4000').introduce(identity(8))
    first.introduce(other)
    world.clock.advance(100)
    await first.connecting
    from('tcp://[2001:db8::3]:4000').introduce(identity(9))
    world.clock.advance(100)
    expect(limited.snapshot().peers.length).toBe(3)
  })

  test('of handshakes, addresses and keys don’t hold for what we dial, which fills none of them', async () => {
    const limits = { handshakes: 1, handshakesPerAddress: 1, peeringsPerAddress: 2, peeringsPerKey: 1 }
    const limited = await world.router(2, { limits })
    const uri = 'tcp://192.0.2.7:4000'
    const first = world.stranger(limited, { uri, dialled: true })
    world.stranger(limited, { uri }).introduce(other)
    world.clock.advance(100)
    world.stranger(limited, { uri })
    await refused(world.stranger(limited, { uri: 'tcp://192.0.2.8:4000' }), 'too-many-handshakes')
    first.introduce(other)
    world.clock.advance(100)
    expect((await first.connecting).port).toBe(2)
  })

  test('of keys: what we dialled takes nobody’s place', async () => {
    const limited = await world.router(2, { limits: { peeringsPerKey: 1 } })
    world.stranger(limited, { dialled: true }).introduce(other)
    world.clock.advance(100)
    const stranger = world.stranger(limited).introduce(other)
    world.clock.advance(100)
    expect((await stranger.connecting).port).toBe(2)
  })

  test('peerings with one key', async () => {
    const limited = await world.router(2, { limits: { peeringsPerKey: 2 } })
    const [first] = [0, 1].map(() => world.stranger(limited).introduce(other))
    world.clock.advance(100)
    const third = world.stranger(limited).introduce(other)
    world.clock.advance(100)
    await refused(third, 'too-many-peerings-with-key')
    first?.stream.close()
    world.clock.advance(2000)
    const fourth = world.stranger(limited).introduce(other)
    world.clock.advance(100)
    expect((await fourth.connecting).port).toBe(1)
  })

  test('peerings from one address, whatever the port', async () => {
    const limited = await world.router(2, { limits: { peeringsPerAddress: 2 } })
    const from = (uri: string): Stranger => world.stranger(limited, { uri })
    from('tcp://192.0.2.7:4000')
    from('ws://192.0.2.7:4001').introduce(other)
    world.clock.advance(100)
    await refused(from('tcp://192.0.2.7:4002'), 'too-many-peerings-from-address')
    const elsewhere = from('tcp://[2001:db8::1]:4000').introduce(identity(8))
    world.clock.advance(100)
    await elsewhere.connecting
  })

  test('ports, of which some are left for what we dial', async () => {
    const limits = { handshakes: 300, peeringsPerKey: 300 }
    const limited = await world.router(2, { limits })
    const join = async (count: number, dialled: boolean): Promise<void> => {
      const strangers = Array.from({ length: count }, () =>
        world.stranger(limited, { dialled }).introduce(other),
      )
      world.clock.advance(100)
      await refused(strangers.at(-1) as Stranger, 'too-many-peerings')
    }
    await join(238, false)
    expect(limited.snapshot().peers.length).toBe(237)
    await join(17, true)
    expect(limited.snapshot().peers.map(({ port }) => port)).toEqual(
      Array.from({ length: 253 }, (_, at) => at + 1),
    )
  })

  test('lines in the log', () => {
    for (let count = 0; count < 100; count += 1) world.stranger(router).send(Uint8Array.of(0))
    world.clock.advance(100)
    expect(world.log.length).toBe(20)
    world.clock.advance(1000)
    world.stranger(router).send(Uint8Array.of(0))
    world.clock.advance(10)
    expect(world.log.at(-1)?.fields).toMatchObject({ code: 'unsupported-version', omitted: 80 })
  })
})

describe('keepalives', () => {
  test('are sent after 3 s without anything else', async () => {
    const stranger = world.stranger(router).introduce(other)
    world.clock.advance(100)
    stranger.frames.length = 0
    const at: number[] = []
    for (let passed = 0; passed < 10_000; passed += 500) {
      if (passed % 2000 === 0) stranger.send(KEEPALIVE)
      world.clock.advance(500)
      if (stranger.frames.splice(0).some((frame) => frame[5] === 0)) at.push(passed + 500)
    }
    expect(at).toEqual([3000, 6000, 9000])
  })

  test('of the other side are awaited for 5 s', async () => {
    const stranger = world.stranger(router).introduce(other)
    world.clock.advance(4000)
    stranger.send(KEEPALIVE)
    world.clock.advance(4990)
    expect(router.snapshot().peers.length).toBe(1)
    world.clock.advance(2000)
    expect(await ended(stranger)).toBe('peer-silent')
    expect(stranger.closed).toBe(true)
    expect(world.reasons()).toEqual(['peer-silent'])
  })

  test('a frame that stops in the middle is silence, too', async () => {
    const stranger = world.stranger(router).introduce(other).send(KEEPALIVE.subarray(0, 7))
    world.clock.advance(7000)
    expect(await ended(stranger)).toBe('peer-silent')
  })
})

test('after a stall, what peers sent meanwhile is read before they are called silent', async () => {
  const clock = new StallingClock(world.clock)
  const stalling = await world.router(2, { clock })
  const alive = world.stranger(stalling).introduce(other)
  const silent = world.stranger(stalling).introduce(identity(8))
  world.clock.advance(1000)
  clock.stall(8000)
  alive.send(KEEPALIVE)
  world.clock.advance(1500)
  expect(stalling.snapshot().peers.map(({ key }) => key)).toEqual([other.key.hex])
  expect(await ended(silent)).toBe('peer-silent')
})

describe('closing a router', () => {
  test('ends everything, also what has just begun, and what comes later', async () => {
    const second = await world.router(2)
    const [near, far] = await world.link(router, second)
    const waiting = world.stranger(router)
    const closing = router.close()
    expect(router.close()).toBe(closing)
    await expect(waiting.connecting).rejects.toMatchObject({ code: 'router-closed' })
    await expect(world.stranger(router).connecting).rejects.toMatchObject({ code: 'router-closed' })
    world.clock.advance(2000)
    await Promise.all([closing, near.closed, far.closed])
    expect(second.snapshot().peers).toEqual([])
    expect(router.send(second.key, new Uint8Array(1))).toBe('no-route')
    expect(() => router.snapshot()).toThrow(PeeringError)
  })

  test('leaves no timer and no stream open, by disposal', async () => {
    const alone = new World()
    {
      await using _ = await alone.router(3)
      expect(alone.clock.pendingTimers).toBe(1)
    }
    expect(alone.clock.pendingTimers).toBe(0)
  })
})

/** A clock on which time can pass without anything happening; what is due then runs before anything arrives. */
class StallingClock implements Clock {
  readonly #clock: Clock
  readonly #timers = new Map<Timer, TimerHandle>()
  #stalled = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  stall(milliseconds: number): void {
    this.#stalled += milliseconds
    for (const [timer, handle] of this.#timers) {
      this.#clock.clearTimeout(handle)
      this.#set(timer, Math.max(0, timer.due - this.now()))
    }
  }

  now(): number {
    return this.#clock.now() + this.#stalled
  }

  setTimeout(callback: () => void, delay: number): TimerHandle {
    const timer = { callback, due: this.now() + delay }
    // After a timer that is due at once, what has arrived is read.
    this.#set(timer, Math.max(delay, 2))
    return timer
  }

  clearTimeout(timer: TimerHandle): void {
    const handle = this.#timers.get(timer as Timer)
    if (handle !== undefined) this.#clock.clearTimeout(handle)
    this.#timers.delete(timer as Timer)
  }

  #set(timer: Timer, delay: number): void {
    const run = (): void => {
      this.#timers.delete(timer)
      timer.callback()
    }
    this.#timers.set(timer, this.#clock.setTimeout(run, delay))
  }
}

interface Timer {
  readonly callback: () => void
  readonly due: number
}
