// Routers that are linked in memory: traffic, what they report, options.
import type { Identity } from '@snek/identity'
import { waitFor } from '@snek/platform/testing'
import { createStreamPair } from '@snek/transport'
import {
  decodeAnnouncement,
  decodeFrame,
  encodeFrame,
  encodeHandshake,
  INITIAL_WATERMARK,
  type Key,
} from '@snek/wire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRouter, type PeerBandwidth, type Router, type RouterEvents } from '../src/index.ts'
import { announcement } from './announcements.ts'
import { identity, World } from './world.ts'

let world: World

beforeEach(() => {
  world = new World()
})

afterEach(() => world.close())

interface Inbox {
  readonly from: Key
  readonly payload: Uint8Array
}

function collect(router: Router): Inbox[] {
  const received: Inbox[] = []
  router.onDatagram = (from, payload) => received.push({ from, payload: payload.slice() })
  return received
}

/** Three in a line that have found each other, the lowest key in the middle. */
async function three(): Promise<[Router, Router, Router]> {
  const seeds = [1, 2, 3].sort((a, b) => (identity(a).key.hex < identity(b).key.hex ? -1 : 1)) as [
    number,
    number,
    number,
  ]
  const [middle, left, right] = [
    await world.router(seeds[0]),
    await world.router(seeds[1]),
    await world.router(seeds[2]),
  ]
  await world.link(left, middle)
  await world.link(middle, right)
  world.clock.advance(10_000)
  return [left, middle, right]
}

describe('three in a line', () => {
  test('exchange datagrams from end to end, by snake and then by tree', async () => {
    const [left, middle, right] = await three()
    const [atLeft, atRight] = [collect(left), collect(right)]
    expect(left.send(right.key, Uint8Array.of(1, 2, 3))).toBe('sent')
    world.clock.advance(100)
    expect(atRight).toEqual([{ from: left.key, payload: Uint8Array.of(1, 2, 3) }])
    right.send(left.key, new Uint8Array(60_000).fill(7))
    world.clock.advance(100)
    expect(atLeft.map(({ from, payload }) => [from, payload.length])).toEqual([[right.key, 60_000]])

    expect(right.snapshot().coords_cache).toEqual({ [left.key.hex]: left.snapshot().coords })
    expect(middle.snapshot().counters).toMatchObject({ forwarded: 2 })
    right.forgetCoordinates(left.key)
    expect(right.snapshot().coords_cache).toEqual({})
    right.send(left.key, new Uint8Array(1))
    world.clock.advance(100)
    expect(atLeft.length).toBe(2)
  })

  test('show what they know', async () => {
    const [left, middle, right] = await three()
    const snapshot = middle.snapshot()
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
    expect(snapshot).toMatchObject({
      key: middle.key.hex,
      coords: ['1'],
      root: { key: right.key.hex, sequence: '1' },
      parent: right.key.hex,
      descending: null,
      peers: [
        { port: 1, key: left.key.hex, type: 'remote', uri: 'memory:near', coords: ['1', '1'], dropped: 0 },
        { port: 2, key: right.key.hex, coords: [], root: { key: right.key.hex, sequence: '1' } },
      ],
      routes: [{ key: left.key.hex, source: 1, destination: 2 }],
    })
    expect(left.snapshot()).toMatchObject({
      coords: ['1', '1'],
      parent: middle.key.hex,
      descending: middle.key.hex,
    })
    expect(right.snapshot()).toMatchObject({ coords: [], parent: null, descending: left.key.hex })
    const [peer] = snapshot.peers
    expect(peer?.bytes.in).toBe((peer?.bytes.protocol_in ?? 0) + (peer?.bytes.traffic_in ?? 0))
    expect(peer?.queue).toEqual({ frames: 0, bytes: 0 })
    expect(snapshot.routes[0]?.age_ms).toBeLessThan(10_000)
  })

  test('say why a datagram can’t be sent', async () => {
    const [left, , right] = await three()
    expect(left.send(right.key, new Uint8Array(65_535))).toBe('too-long')
    const lonely = await world.router(9)
    expect(lonely.send(right.key, new Uint8Array(1))).toBe('no-route')
    const received = collect(lonely)
    expect(lonely.send(lonely.key, Uint8Array.of(5))).toBe('sent')
    expect(received).toEqual([{ from: lonely.key, payload: Uint8Array.of(5) }])
  })
})

describe('events', () => {
  test('tell of every change', async () => {
    const [left, right] = [await world.router(1), await world.router(2)].sort((a, b) =>
      a.key.hex < b.key.hex ? -1 : 1,
    ) as [Router, Router]
    const heard: [string, unknown][] = []
    const names: (keyof RouterEvents)[] = [
      'peeradded',
      'peerremoved',
      'parentchange',
      'descendingchange',
      'announcementchange',
      'routeadded',
      'routeremoved',
    ]
    for (const router of [left, right]) {
      const side = router === left ? 'left' : 'right'
      for (const name of names)
        router.addEventListener(name, ({ detail }) => heard.push([`${side} ${name}`, detail]))
    }
    const [near] = await world.link(left, right)
    world.clock.advance(9000)
    near.close()
    world.clock.advance(3000)
    const of = (name: string): unknown[] =>
      heard.filter(([heardName]) => heardName === name).map(([, detail]) => detail)
    expect(of('left parentchange')).toEqual([
      { parent: right.key, port: 1 },
      { parent: undefined, port: undefined },
    ])
    expect(of('left announcementchange')).toMatchObject([
      { root: { key: right.key, sequence: 1n }, coordinates: [1n] },
      { root: { key: left.key, sequence: 2n }, coordinates: [] },
    ])
    expect(of('right descendingchange')).toEqual([
      { descending: left.key, port: 1 },
      { descending: undefined, port: undefined },
    ])
    expect(of('right routeadded')).toEqual([{ key: left.key, port: 1 }])
    expect(of('right routeremoved')).toEqual([{ key: left.key }])
    expect(of('right peeradded')).toMatchObject([{ port: 1, key: left.key, type: 'remote' }])
    expect(of('right peerremoved')).toMatchObject([{ port: 1, key: left.key, error: undefined }])
    expect(of('right parentchange')).toEqual([])
  })

  test('bandwidth, each minute, what went by since', async () => {
    const [left, right] = [await world.router(1), await world.router(2)]
    const reports: (readonly PeerBandwidth[])[] = []
    left.addEventListener('bandwidth', ({ detail }) => reports.push(detail.peers))
    await world.link(left, right)
    world.clock.advance(30_000)
    for (let count = 0; count < 10; count += 1) left.send(right.key, new Uint8Array(1000))
    world.clock.advance(150_000)
    expect(reports.length).toBe(3)
    const traffic = reports.map(([peer]) => peer?.out.traffic)
    expect(traffic[0]).toBeGreaterThan(10_000)
    expect(traffic.slice(1)).toEqual([0, 0])
    for (const [peer] of reports) {
      expect(peer).toMatchObject({ port: 1, key: right.key, in: { traffic: 0 } })
      expect(peer?.in.protocol).toBeGreaterThan(0)
    }
  })
})

describe('options', () => {
  test('wake-up broadcasts are sent each minute, and reported by whoever hears them', async () => {
    const loud = await world.router(1, { wakeUpBroadcasts: true })
    const quiet = await world.router(2)
    const heard: number[] = []
    const start = world.clock.now()
    quiet.addEventListener('broadcast', ({ detail }) => {
      expect(detail.key).toEqual(loud.key)
      heard.push(Math.floor((world.clock.now() - start) / 60_000))
    })
    await world.link(loud, quiet)
    world.clock.advance(200_000)
    expect(heard.slice(-3)).toEqual([1, 2, 3])
  })

  test('hop limits are counted down where that is on', async () => {
    const [limiting, plain] = [await world.router(1, { hopLimiting: true }), await world.router(2)]
    for (const router of [limiting, plain]) {
      const [a, b] = [
        world.stranger(router).introduce(identity(8)),
        world.stranger(router).introduce(identity(9)),
      ]
      world.clock.advance(100)
      a.frames.length = 0
      b.frames.length = 0
      a.send(announced(identity(8)))
      b.send(announced(identity(9)))
      world.clock.advance(100)
      for (const hopLimit of [1, 5]) b.send(traffic(identity(9).key, identity(8).key, hopLimit))
      world.clock.advance(100)
      const limits = a.frames.filter((frame) => frame[5] === 3).map((frame) => frame[7])
      expect(limits).toEqual(router === limiting ? [4] : [1, 5])
    }
  })
})

test('what a slow link can’t take waits, and nothing is lost', async () => {
  const [left, right] = [await world.router(1), await world.router(2)]
  const [, , pair] = await world.link(left, right, { latency: 50, capacity: 4000 })
  world.clock.advance(2000)
  const received = collect(right)
  for (let index = 0; index < 50; index += 1)
    expect(left.send(right.key, new Uint8Array(1000).fill(index))).toBe('sent')
  const waiting = left.snapshot().peers[0]?.queue
  expect(waiting?.frames).toBeGreaterThan(40)
  expect(waiting?.bytes).toBeGreaterThan(40_000)
  world.clock.advance(900)
  expect(received.map(({ payload }) => payload[0])).toEqual(Array.from({ length: 50 }, (_, index) => index))
  expect(left.snapshot().peers[0]).toMatchObject({ queue: { frames: 0, bytes: 0 }, dropped: 0 })
  pair.cut()
})

test('a peer that takes nothing more stops nobody: the others are read, and reached at once', async () => {
  const limit = 100_000
  const hub = await world.router(1, { limits: { queueBytes: limit } })
  const [left, slow, right] = [await world.router(2), await world.router(3), await world.router(4)]
  await world.link(hub, slow, { latency: 500, capacity: 4000 })
  await world.link(hub, left)
  await world.link(hub, right)
  world.clock.advance(20_000)
  const received = collect(right)
  for (let index = 0; index < 500; index += 1) {
    expect(left.send(slow.key, new Uint8Array(1000))).toBe('sent')
    if (index % 5 === 0) expect(left.send(right.key, Uint8Array.of(index / 5))).toBe('sent')
    world.clock.advance(1)
  }
  world.clock.advance(20)
  expect(received.map(({ payload }) => payload[0])).toEqual(Array.from({ length: 100 }, (_, index) => index))
  expect(left.snapshot().peers[0]?.queue).toEqual({ frames: 0, bytes: 0 })
  const [toSlow] = hub.snapshot().peers.filter(({ key }) => key === slow.key.hex)
  expect(toSlow?.queue.bytes).toBeGreaterThan(0)
  expect(toSlow?.queue.bytes).toBeLessThanOrEqual(limit)
  expect(toSlow?.dropped).toBeGreaterThan(200)
})

test('what waits when a router is closed still leaves, for a second at most', async () => {
  const [left, right] = [await world.router(1), await world.router(2)]
  const [, far] = await world.link(left, right, { latency: 20, capacity: 4000 })
  world.clock.advance(2000)
  const received = collect(right)
  const parents: unknown[] = []
  left.addEventListener('parentchange', (event) => parents.push(event.detail))
  for (let index = 0; index < 50; index += 1) left.send(right.key, new Uint8Array(1000))
  const closing = left.close()
  world.clock.advance(3000)
  await Promise.all([closing, far.closed])
  expect([received.length, parents]).toEqual([50, []])
})

test('a peer that doesn’t read isn’t waited for', async () => {
  const [left, right] = [await world.router(1), await world.router(2)]
  await world.link(left, right, { latency: 900, capacity: 1000 })
  world.clock.advance(10_000)
  for (let index = 0; index < 50; index += 1) left.send(right.key, new Uint8Array(1000))
  const start = world.clock.now()
  const closing = left.close()
  let end = 0
  void closing.then(() => {
    end = world.clock.now() - start
  })
  for (let passed = 0; passed < 5000; passed += 100) {
    world.clock.advance(100)
    await Promise.resolve()
  }
  await closing
  expect(end).toBeGreaterThanOrEqual(1000)
  expect(end).toBeLessThanOrEqual(3100)
})

test('announces itself at once, and in the name of its port', async () => {
  const router = await world.router(1)
  const strangers = [8, 9].map((seed) => world.stranger(router).introduce(identity(seed)))
  world.clock.advance(10)
  for (const [index, { frames }] of strangers.entries()) {
    const frame = decodeFrame(frames[0] ?? new Uint8Array())
    if (frame.type !== 'announcement') throw new TypeError(frame.type)
    const { root, entries } = decodeAnnouncement(frame.payload)
    expect(root).toEqual({ key: router.key, sequence: 1n })
    expect(entries).toMatchObject([{ port: BigInt(index + 1), key: router.key }])
  }
})

test('peers over web streams, on the system’s clock', async () => {
  const [there, back] = [
    new TransformStream<Uint8Array, Uint8Array>(),
    new TransformStream<Uint8Array, Uint8Array>(),
  ]
  await using left = await createRouter({ identity: identity(1) })
  await using right = await createRouter({ identity: identity(2) })
  const [near, far] = await Promise.all([
    left.connect({ readable: back.readable, writable: there.writable }, { type: 'bluetooth', zone: 'hci0' }),
    right.connect({ readable: there.readable, writable: back.writable }, { type: 'pipe', uri: 'fd:3' }),
  ])
  expect([near.uri, near.zone, far.uri, far.zone]).toEqual(['bluetooth:hci0', 'hci0', 'fd:3', undefined])
  const received = collect(right)
  await waitFor(() => left.send(right.key, Uint8Array.of(1)) === 'sent' && received.length > 0)
  near.close()
  await Promise.all([near.closed, far.closed])
})

describe('close', () => {
  const payload = new Uint8Array(200)

  test('lets what is queued leave first', async () => {
    const [near, far] = [await world.router(1), await world.router(2)]
    await world.link(near, far, { capacity: 1000 })
    world.clock.runUntil(() => near.send(far.key, payload) === 'sent', 10_000)
    const received = collect(far)
    for (let index = 1; index < 50; index += 1) expect(near.send(far.key, payload)).toBe('sent')
    expect(near.snapshot().peers[0]?.queue.frames).toBeGreaterThan(10)
    const closing = near.close()
    expect(() => near.snapshot()).toThrow(expect.objectContaining({ code: 'router-closed' }))
    world.clock.advance(500)
    expect(received).toHaveLength(50)
    await closing
    expect(far.snapshot().peers).toEqual([])
  })

  test('doesn’t wait for a peer that doesn’t read', async () => {
    const router = await world.router(1)
    const stranger = identity(2)
    const { streams } = createStreamPair({ clock: world.clock, capacity: 1000 })
    const connecting = router.connect(streams[0], { type: 'remote' })
    streams[1].write(encodeHandshake(stranger))
    streams[1].write(announced(stranger))
    world.clock.advance(10)
    const peering = await connecting
    for (let index = 0; index < 50; index += 1) expect(router.send(stranger.key, payload)).toBe('sent')
    const closing = router.close()
    world.clock.advance(2000)
    await closing
    await peering.closed
  })
})

/** What a node announces that is its own root. */
function announced(node: Identity): Uint8Array {
  const { payload } = announcement(1n, [node, 1])
  return encodeFrame({ type: 'announcement', extra: 0, hopLimit: 0, payload })
}

function traffic(from: Key, to: Key, hopLimit: number): Uint8Array {
  return encodeFrame({
    type: 'traffic',
    extra: 0,
    hopLimit,
    destination: [],
    source: [],
    destinationKey: to,
    sourceKey: from,
    watermark: INITIAL_WATERMARK,
    payload: new Uint8Array(),
  })
}
