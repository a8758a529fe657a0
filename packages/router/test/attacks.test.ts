// Two honest nodes exchange traffic through a third one while somebody attacks it: what still arrives, what the
// attack fills, what it leaves in the log. Links between honest nodes pass 1 MB/s, five times what they need.
import { createIdentity, type Identity } from '@snek/identity'
import { seededRandom } from '@snek/platform/testing'
import { createStreamPair, type StreamPair } from '@snek/transport'
import {
  appendAnnouncementEntry,
  decodeFrame,
  encodeBootstrap,
  encodeBroadcast,
  encodeFrame,
  INITIAL_WATERMARK,
  Key,
  MAX_FRAME_LENGTH,
  type Root,
} from '@snek/wire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Router } from '../src/index.ts'
import { announcementPayload, identities } from './announcements.ts'
import { SlowStream } from './slow-stream.ts'
import { identity, KEEPALIVE, type Stranger, World } from './world.ts'

/** Of a link between honest nodes, in bytes a second. */
const LINK_RATE = 1_000_000
/** Each side sends one datagram so often, in ms: 200 kB/s. */
const INTERVAL = 5
const PAYLOAD = new Uint8Array(1000)
/** Lines of a log in a second; twice that in any ten seconds' first one. */
const LOG_RATE = 20
const ROUTES = 3000

const random = seededRandom(5)
const attacker = identity(600)
const crowd = identities(600)
const top = crowd.at(-1) as Identity

let world: World
let left: Router
let victim: Router
let right: Router
let received: number

beforeEach(async () => {
  world = new World()
  ;[left, victim, right] = [
    await world.router(501),
    await world.router(502, { limits: { routes: ROUTES } }),
    await world.router(503),
  ]
  await link(left, victim)
  await link(victim, right)
  received = 0
  const count = (): void => {
    received += 1
  }
  left.onDatagram = count
  right.onDatagram = count
  world.clock.advance(10_000)
  expect(exchange(2000)).toBe(1)
})

afterEach(() => world.close())

async function link(a: Router, b: Router): Promise<void> {
  const pair: StreamPair = createStreamPair({ clock: world.clock, latency: 5 })
  const [near, far] = pair.streams.map((stream) => new SlowStream(stream, world.clock, LINK_RATE)) as [
    SlowStream,
    SlowStream,
  ]
  const connecting = Promise.all([a.connect(near, { type: 'remote' }), b.connect(far, { type: 'remote' })])
  world.clock.advance(100)
  await connecting
}

/** Both honest nodes send for so many ms, while `attack` is called each 5 ms; the share of it that arrives. */
function exchange(duration: number, attack: (time: number) => void = () => undefined): number {
  received = 0
  let sent = 0
  for (let time = 0; time < duration; time += INTERVAL) {
    attack(time)
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      from.send(to.key, PAYLOAD)
      sent += 1
    }
    world.clock.advance(INTERVAL)
  }
  world.clock.advance(2000)
  return received / sent
}

/** As long as the slowest of what is bounded by time needs to show. */
const ATTACK = 10_000

/** What holds under any attack: enough arrives, the log isn't flooded, memory isn't. */
function withstands(attack: (time: number) => void, duration: number = ATTACK): void {
  const lines = world.log.length
  expect(exchange(duration, attack)).toBeGreaterThan(0.8)
  expect(world.log.length - lines).toBeLessThanOrEqual(LOG_RATE * (duration / 1000 + 3))
  const { routes, coords_cache: remembered, peers } = victim.snapshot()
  expect(routes.length).toBeLessThanOrEqual(ROUTES)
  expect(Object.keys(remembered).length).toBeLessThanOrEqual(4096)
  // The honest ones' peerings were there before, and are still.
  expect(peers.slice(0, 2).map(({ key }) => key)).toEqual([left.key.hex, right.key.hex])
}

/** It answers keepalives, as a peer does. */
function intruder(as: Identity = attacker, uri?: string): Stranger {
  const stranger = world.stranger(victim, uri === undefined ? {} : { uri }).introduce(as)
  world.clock.advance(10)
  return stranger
}

/** Takes its place in the tree below the victim, as an honest node does. */
function join(stranger: Stranger): void {
  world.clock.advance(100)
  const received = stranger.frames
    .map(decodeFrame)
    .filter(({ type }) => type === 'announcement')
    .at(-1)
  if (received?.type !== 'announcement') throw new TypeError('the victim announced nothing')
  stranger.send(announce(appendAnnouncementEntry(received.payload, 1n, attacker)))
  world.clock.advance(100)
}

function announce(payload: Uint8Array): Uint8Array {
  return encodeFrame({ type: 'announcement', extra: 0, hopLimit: 0, payload })
}

function rootOf(router: Router): Root {
  const { key, sequence } = router.snapshot().root
  return { key: Key.parse(key), sequence: BigInt(sequence) }
}

function bootstrap(from: Identity, sequence: bigint, root: Root): Uint8Array {
  const payload = encodeBootstrap(sequence, root, from)
  const fields = { extra: 0, hopLimit: 0, destinationKey: from.key, watermark: INITIAL_WATERMARK }
  return encodeFrame({ type: 'bootstrap', ...fields, payload })
}

interface Forged {
  readonly from: Key
  readonly to: Key
  readonly source?: readonly bigint[]
  readonly size?: number
}

function traffic({ from, to, source = [], size = 1000 }: Forged): Uint8Array {
  return encodeFrame({
    type: 'traffic',
    extra: 0,
    hopLimit: 255,
    destination: [],
    source: [...source],
    destinationKey: to,
    sourceKey: from,
    watermark: INITIAL_WATERMARK,
    payload: new Uint8Array(size),
  })
}

describe('enough arrives under', { timeout: 120_000 }, () => {
  test('10,000 bootstraps a second with fresh keys', () => {
    const stranger = intruder().send(announce(announcementPayload(1n, [attacker, 1])))
    const root = rootOf(victim)
    withstands(() => {
      stranger.send(KEEPALIVE)
      for (let count = 0; count < 10 * INTERVAL; count += 1) {
        stranger.send(bootstrap(createIdentity({ seed: random(32) }), 1n, root))
      }
    }, 4000)
    expect(victim.snapshot().counters['bootstraps_over_rate']).toBeGreaterThan(30_000)
    expect(left.snapshot().routes.length).toBeLessThanOrEqual(5 * 1000)
    world.clock.advance(15_000)
    expect(victim.snapshot().routes.length).toBeLessThan(10)
  })

  test('announcements of 600 hops', () => {
    const path = [
      ...crowd
        .slice(1)
        .reverse()
        .map((node) => [node, 1] as const),
      [attacker, 1] as const,
    ]
    const endless = announce(announcementPayload(1n, ...path))
    withstands((time) => {
      if (time % 50 === 0) intruder().send(endless)
    })
    expect(victim.snapshot().peers.length).toBe(2)
    expect(world.reasons()).toContain('too-many-entries')
  })

  test('announcements as long as they may be, each with a new sequence', () => {
    const below = crowd.slice(0, 199)
    const stranger = intruder()
    const payloads = Array.from({ length: 10 }, (_, sequence) => {
      const path = below.map((node) => [node, 1] as const)
      return announce(announcementPayload(BigInt(sequence + 1), ...path, [attacker, 1]))
    })
    withstands((time) => {
      const payload = payloads[time / 1000]
      if (payload !== undefined) stranger.send(payload)
      stranger.send(KEEPALIVE)
    })
    expect(stranger.closed).toBe(false)
  })

  test('announcements and bootstraps of before, again and again', () => {
    const root = rootOf(victim)
    // What a relay could have kept: of nodes that are gone, and of honest ones.
    const kept = [501, 503].map((seed) => bootstrap(identity(seed), 1n, root))
    const old = announce(announcementPayload(1n, [attacker, 1]))
    let stranger = intruder()
    withstands((time) => {
      if (stranger.closed) stranger = intruder()
      stranger.send(old, ...kept, KEEPALIVE)
      if (time % 100 === 0) stranger.send(announce(announcementPayload(BigInt(2 + time), [attacker, 1])))
    })
    for (const router of [left, right]) {
      const route = victim.snapshot().routes.find(({ key }) => key === router.key.hex)
      expect(route === undefined || route.source < 3, 'a route of before').toBe(true)
    }
  })

  test('what a third node announced before, by a peer of it that went elsewhere', () => {
    const spy = world.stranger(right).introduce(attacker)
    world.clock.advance(10)
    join(spy)
    for (let time = 0; time < 3000; time += 1000) {
      spy.send(KEEPALIVE)
      world.clock.advance(1000)
    }
    const recorded = spy.frames.map(decodeFrame).filter(({ type }) => type === 'announcement')
    spy.stream.close()
    world.clock.advance(1000)
    expect(exchange(2000)).toBe(1)

    const payloads = recorded.flatMap((frame) => (frame.type === 'announcement' ? [frame.payload] : []))
    expect(payloads.length).toBeGreaterThan(0)
    const asIts = payloads.map((payload) => announce(payload))
    const asChildOfIt = payloads.map((payload) => announce(appendAnnouncementEntry(payload, 1n, attacker)))
    const before = rootOf(victim)
    let stranger = intruder()
    withstands((time) => {
      if (stranger.closed) stranger = intruder()
      stranger.send(...asChildOfIt, KEEPALIVE)
      if (time % 1000 === 0) stranger.send(...asIts)
    })
    expect(world.reasons()).toContain('last-key-not-peer')
    expect(rootOf(victim).key.equals(before.key)).toBe(true)
    stranger.stream.close()
    world.clock.advance(30_000)
    expect(exchange(2000)).toBe(1)
  })

  test('wake-up broadcasts that go around the world', () => {
    const stranger = intruder().send(announce(announcementPayload(1n, [attacker, 1])))
    const root = rootOf(victim)
    let heard = 0
    right.addEventListener('broadcast', () => {
      heard += 1
    })
    withstands((time) => {
      stranger.send(KEEPALIVE)
      for (const from of crowd.slice((time / INTERVAL) % 590).slice(0, 10)) {
        const payload = encodeBroadcast(BigInt(time + 1), root, from)
        stranger.send(
          encodeFrame({ type: 'broadcast', extra: 0, hopLimit: 255, sourceKey: from.key, payload }),
        )
      }
    })
    expect(heard).toBeLessThanOrEqual(50 * (ATTACK / 1000 + 3))
  })

  test('250 connections that say nothing, or a byte a second', () => {
    const handshake = Uint8Array.of(1)
    const connections: Stranger[] = []
    withstands((time) => {
      if (connections.length < 250) {
        connections.push(world.stranger(victim, { uri: `tcp://192.0.2.${connections.length % 250}:1` }))
      }
      if (time % 1000 === 0) {
        for (const one of connections.slice(0, 125)) one.send(handshake.map(() => (time === 0 ? 1 : 0)))
      }
    }, 15_000)
    world.clock.advance(10_000)
    expect(victim.snapshot().counters).toMatchObject({ handshakes: 0, peerings_refused: 250 })
  })

  test('frames that claim 64 KiB and dribble', () => {
    const claim = encodeFrame({ type: 'keepalive', extra: 0, hopLimit: 0 })
    new DataView(claim.buffer).setUint16(8, MAX_FRAME_LENGTH)
    const dribblers = Array.from({ length: 100 }, (_, index) =>
      intruder(crowd[index] as Identity, `tcp://192.0.2.${index}:1`).send(claim),
    )
    withstands((time) => {
      if (time % 1000 === 0) for (const dribbler of dribblers) dribbler.send(Uint8Array.of(0))
    })
    expect(dribblers.filter(({ closed }) => closed).length).toBe(0)
  })

  test('traffic to keys that don’t exist, from as many', () => {
    const stranger = intruder().send(announce(announcementPayload(1n, [attacker, 1])))
    withstands(() => {
      stranger.send(KEEPALIVE)
      // 4 MB/s, each frame a flow of its own.
      for (let count = 0; count < 4 * INTERVAL; count += 1) {
        stranger.send(traffic({ from: Key.from(random(32)), to: Key.from(random(32)) }))
      }
    })
  })

  test('made-up traffic to the honest ones, from as many', () => {
    const stranger = intruder().send(announce(announcementPayload(1n, [attacker, 1])))
    const made = (): Uint8Array => traffic({ from: Key.from(random(32)), to: right.key })
    right.onDatagram = (from) => {
      if (from.equals(left.key)) received += 1
    }
    withstands(() => {
      stranger.send(KEEPALIVE)
      for (let count = 0; count < 4 * INTERVAL; count += 1) stranger.send(made())
    })
  })

  test('source coordinates that aren’t theirs, but the attacker’s', () => {
    const stranger = intruder()
    join(stranger)
    const source = (victim.snapshot().peers[2]?.coords ?? []).map(BigInt)
    expect(source.length).toBeGreaterThan(0)
    right.onDatagram = (from, payload) => {
      if (from.equals(left.key) && payload.length === PAYLOAD.length) received += 1
    }
    const forged = traffic({ from: left.key, to: right.key, source, size: 10 })
    withstands(() => {
      stranger.send(KEEPALIVE)
      // Before and after each true one.
      for (let later = 0; later < INTERVAL; later += 1) {
        world.clock.setTimeout(() => stranger.send(forged), later)
      }
    })
  })
})

describe('on the tree', { timeout: 120_000 }, () => {
  test('a root with the highest key that comes and goes each second', () => {
    const during = exchange(ATTACK, (time) => {
      if (time % 2000 !== 0) return
      const root = world.stranger(victim).introduce(top)
      root.send(announce(announcementPayload(1n, [top, 1])))
      world.clock.setTimeout(() => root.stream.close(), 1000)
    })
    expect(during).toBeGreaterThan(0.5)
    const lines = world.log.length
    world.clock.advance(30_000)
    expect(world.log.length - lines).toBeLessThan(10)
    expect(exchange(2000)).toBe(1)
  })

  test('an announcement of a root that is gone', () => {
    const gone = announcementPayload(1n, [top, 1], [attacker, 1])
    const stranger = intruder().send(announce(gone))
    const during = exchange(ATTACK, () => void stranger.send(KEEPALIVE))
    expect(during).toBeGreaterThan(0.8)
    stranger.stream.close()
    world.clock.advance(30_000)
    expect(exchange(2000)).toBe(1)
  })
})
