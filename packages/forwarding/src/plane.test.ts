// The face: what crosses the boundary arrives whole, and handlers may do as they like.
import { encodeFrame, INITIAL_WATERMARK, Key, type Root, type WireError } from '@snek/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { type ForwardingPlane, loadForwarding, type Route } from './index.ts'

const NOW = 1_700_000_000_000
const forwarding = await loadForwarding()

const key = (first: number): Key => Key.from(new Uint8Array(32).fill(7).fill(first, 0, 1))
const OWN = key(5)
const [WEST, EAST, FAR] = [key(1), key(9), key(3)]
const root: Root = { key: EAST, sequence: 3n }

function traffic(payload: Uint8Array, to = EAST, from = WEST, source: bigint[] = []): Uint8Array {
  return encodeFrame({
    type: 'traffic',
    extra: 0,
    hopLimit: 10,
    destination: [],
    source,
    destinationKey: to,
    sourceKey: from,
    watermark: INITIAL_WATERMARK,
    payload,
  })
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]))
}

let plane: ForwardingPlane
let written: [number, Uint8Array][]
let control: Uint8Array[]
let datagrams: [Key, Uint8Array][]
let errors: [number, WireError][]

beforeEach(() => {
  plane = forwarding.createPlane({ key: OWN })
  written = []
  control = []
  datagrams = []
  errors = []
  plane.handlers = {
    onOutput: (port, chunk) => written.push([port, Uint8Array.from(chunk)]),
    onControlFrame: (_, frame) => control.push(Uint8Array.from(frame)),
    onDatagram: (from, payload) => datagrams.push([from, Uint8Array.from(payload)]),
    onPeerError: (port, error) => errors.push([port, error]),
  }
  plane.addPeer(1, WEST, 3)
  plane.addPeer(2, EAST, 3)
  plane.setAnnouncement(2, { root, entries: [{ port: 4n, key: EAST }] }, 1)
  plane.setTree({ root, coordinates: [4n], parent: 2 })
  return () => plane.close()
})

test('input that the memory has no room for is refused', () => {
  const ports = new Array<bigint>(65_535).fill(1n)
  expect(() => plane.nextHopTree(ports, 0)).toThrow(RangeError)
  expect(() => plane.sendControl(2, new Uint8Array(65_537))).toThrow(RangeError)
  expect(plane.send(EAST, new Uint8Array(65_537), NOW)).toBe('too-long')
  expect(written).toEqual([])
})

describe('receive', () => {
  test('makes one write of a chunk, however it was cut', () => {
    const frames = [1, 500, 0, 1200].map((length) => traffic(new Uint8Array(length).fill(length)))
    const passed = frames.map((frame) => {
      const copy = Uint8Array.from(frame)
      copy.set(EAST.toBytes(), 10 + 2 + 4 + 64)
      return copy
    })
    const stream = concat(...frames)
    plane.receive(1, stream, NOW)
    expect(written).toEqual([[2, concat(...passed)]])
    written.length = 0
    for (const byte of stream) plane.receive(1, Uint8Array.of(byte), NOW)
    expect(written).toEqual(passed.map((frame) => [2, frame]))
  })

  test('delivers datagrams and control frames, and reuses keys', () => {
    const keepalive = encodeFrame({ type: 'keepalive', extra: 0, hopLimit: 0 })
    const announcement = encodeFrame({
      type: 'announcement',
      extra: 0,
      hopLimit: 0,
      payload: Uint8Array.of(1, 2, 3),
    })
    const datagram = traffic(Uint8Array.of(4), OWN, FAR)
    plane.receive(1, concat(datagram, keepalive, announcement, traffic(Uint8Array.of(5)), datagram), NOW)
    expect(datagrams).toEqual([
      [FAR, Uint8Array.of(4)],
      [FAR, Uint8Array.of(4)],
    ])
    expect(datagrams[0]?.[0]).toBe(datagrams[1]?.[0])
    expect(control).toEqual([announcement])
    expect(written.map(([port]) => port)).toEqual([2])
    expect(plane.counters()).toMatchObject({ delivered: 2, forwarded: 1, control: 1 })
  })

  test('takes chunks longer than its memory', () => {
    const frames = Array.from({ length: 200 }, (_, index) => traffic(new Uint8Array(1200).fill(index)))
    plane.receive(1, concat(...frames), NOW)
    const total = written.reduce((length, [, chunk]) => length + chunk.length, 0)
    expect(total).toBe(frames.length * (frames[0]?.length ?? 0))
  })

  test('reports malformed bytes once, and reads no more from there', () => {
    const good = traffic(Uint8Array.of(1))
    const bad = Uint8Array.from(good)
    bad[4] = 1
    plane.receive(1, concat(good, bad, good), NOW)
    plane.receive(1, good, NOW)
    expect(written.length).toBe(1)
    expect(errors.map(([port, { code, offset }]) => [port, code, offset])).toEqual([
      [1, 'unsupported-version', 4],
    ])
  })

  test('a chunk for several ports, for us and for the control plane, whatever handlers call', () => {
    plane.addPeer(3, FAR, 3)
    plane.setAnnouncement(
      3,
      {
        root,
        entries: [
          { port: 2n, key: EAST },
          { port: 5n, key: FAR },
        ],
      },
      2,
    )
    const payload = (byte: number): Uint8Array => new Uint8Array(500).fill(byte)
    const announcement = encodeFrame({ type: 'announcement', extra: 0, hopLimit: 0, payload: payload(4) })
    plane.handlers.onOutput = (port, chunk) => {
      written.push([port, Uint8Array.from(chunk)])
      if (written.length === 1) plane.send(FAR, payload(100), NOW)
    }
    const frames = [traffic(payload(1)), traffic(payload(2), OWN), announcement, traffic(payload(3), FAR)]
    plane.receive(1, concat(...frames, traffic(payload(5))), NOW)
    expect(datagrams).toEqual([[WEST, payload(2)]])
    expect(control).toEqual([announcement])
    const payloads = written.map(([port, chunk]) => [port, chunk.length, chunk.at(-1)])
    const length = traffic(payload(0)).length
    expect(payloads).toEqual([
      [2, 2 * length, 5],
      [3, length + 1, 100],
      [3, length, 3],
    ])
  })

  test('handlers may call anything, and grow the memory', () => {
    const payload = new Uint8Array(3000).fill(3)
    const seen: Uint8Array[] = []
    plane.handlers.onDatagram = (from, received) => {
      const other = forwarding.createPlane({ key: from })
      for (let index = 0; index < 2000; index += 1) {
        const routeKey = Key.from(new Uint8Array(new Uint32Array(8).fill(index * 0x9e3779b1).buffer))
        other.installRoute({ key: routeKey, source: 1, destination: 0, sequence: 1n, root, time: NOW }, NOW)
      }
      plane.receive(1, traffic(received), NOW)
      seen.push(Uint8Array.from(received))
      other.close()
    }
    const datagram = traffic(payload, OWN)
    plane.receive(1, concat(datagram, datagram), NOW)
    expect(seen).toEqual([payload, payload])
    expect(written.map(([, chunk]) => chunk.subarray(-3000))).toEqual([payload, payload])
  })
})

describe('send', () => {
  test('by snake, by remembered coordinates, to ourselves', () => {
    expect(plane.send(EAST, Uint8Array.of(1), NOW)).toBe('sent')
    plane.setAnnouncement(2, { root, entries: [{ port: 4n, key: EAST }] }, 2)
    plane.receive(1, traffic(Uint8Array.of(9), OWN, FAR, [7n]), NOW)
    expect(plane.rememberedCoordinates(NOW)).toEqual([{ key: FAR, coordinates: [7n], time: NOW }])
    expect(plane.send(FAR, Uint8Array.of(2), NOW)).toBe('sent')
    expect(plane.send(OWN, Uint8Array.of(3), NOW)).toBe('sent')
    expect(written.map(([port]) => port)).toEqual([2, 2])
    const [bySnake, byTree] = written.map(([, chunk]) => chunk)
    expect(bySnake?.subarray(12, 17)).toEqual(Uint8Array.of(0, 0, 0, 1, 4))
    expect(byTree?.subarray(12, 18)).toEqual(Uint8Array.of(0, 1, 7, 0, 1, 4))
    expect(datagrams.at(-1)).toEqual([OWN, Uint8Array.of(3)])
    plane.forgetCoordinates(FAR)
    expect(plane.rememberedCoordinates(NOW)).toEqual([])
  })

  test('says why not', () => {
    expect(plane.send(EAST, new Uint8Array(65_535), NOW)).toBe('too-long')
    expect(plane.send(EAST, new Uint8Array(65_422), NOW)).toBe('too-long')
    expect(plane.send(EAST, new Uint8Array(65_421), NOW)).toBe('sent')
    plane.removePeer(2)
    plane.setTree({ root: { key: OWN, sequence: 1n }, coordinates: [], parent: undefined })
    expect(plane.send(EAST, Uint8Array.of(1), NOW)).toBe('no-route')
  })
})

describe('a port that is not writable', () => {
  test('keeps what goes there, control first', () => {
    plane.setWritable(2, false)
    plane.receive(1, traffic(Uint8Array.of(1)), NOW)
    const keepalive = encodeFrame({ type: 'keepalive', extra: 0, hopLimit: 0 })
    const bootstrap = encodeFrame({
      type: 'bootstrap',
      extra: 0,
      hopLimit: 0,
      destinationKey: OWN,
      watermark: INITIAL_WATERMARK,
      payload: new Uint8Array(5),
    })
    plane.sendControl(2, keepalive)
    plane.sendControl(2, bootstrap)
    expect(written).toEqual([])
    expect(plane.portCounters(2)).toMatchObject({ queuedFrames: 2, framesOut: 0 })
    plane.setWritable(2, true)
    expect(written.length).toBe(1)
    expect(written[0]?.[1].subarray(0, bootstrap.length)).toEqual(bootstrap)
    expect(plane.portCounters(2)).toMatchObject({ queuedFrames: 0, framesOut: 2, queuedBytes: 0 })
  })

  test('stops flowing when it is full again', () => {
    plane.setWritable(2, false)
    for (let index = 0; index < 100; index += 1) plane.receive(1, traffic(new Uint8Array(2000)), NOW)
    plane.handlers.onOutput = (port, chunk) => {
      written.push([port, chunk])
      if (written.length === 2) plane.setWritable(2, false)
    }
    plane.setWritable(2, true)
    expect(written.length).toBe(2)
    expect(plane.portCounters(2).queuedFrames).toBeGreaterThan(20)
    plane.setWritable(2, true)
    expect(plane.portCounters(2)).toMatchObject({ queuedFrames: 0, framesOut: 100 })
  })
})

describe('routes', () => {
  const route = (first: number, source: number, time = NOW): Route => ({
    key: key(first),
    source,
    destination: 2,
    sequence: 2n ** 40n,
    root,
    time,
  })

  test('are installed, replaced, listed, removed', () => {
    expect(plane.installRoute(route(0x80, 1), NOW)).toBe('installed')
    expect(plane.installRoute(route(0x20, 1), NOW)).toBe('installed')
    expect(plane.installRoute(route(0x80, 2), NOW)).toBe('replaced')
    expect(plane.routes()).toEqual([route(0x20, 1), route(0x80, 2)])
    expect(plane.route(key(0x80))).toEqual(route(0x80, 2))
    expect([plane.removeRoute(key(0x80)), plane.removeRoute(key(0x80))]).toEqual([true, false])
    expect(plane.route(key(0x80))).toBeUndefined()
  })

  test('go with their peer, and with time', () => {
    plane.installRoute(route(0x20, 1), NOW)
    plane.installRoute({ ...route(0x30, 1), destination: 0 }, NOW - 5_000)
    plane.installRoute({ ...route(0x40, 1, NOW - 5_000), destination: 0 }, NOW)
    expect([...plane.expireRoutes(NOW + 4_999)]).toEqual([])
    expect([...plane.expireRoutes(NOW + 5_000)]).toEqual([key(0x40)])
    expect([...plane.removePeer(2)]).toEqual([key(0x20)])
    expect(plane.routes().map((left) => left.key)).toEqual([key(0x30)])
  })

  test('are bounded', () => {
    const small = forwarding.createPlane({ key: OWN, limits: { routes: 2 } })
    expect(small.installRoute(route(1, 1), NOW)).toBe('installed')
    expect(small.installRoute(route(2, 1), NOW)).toBe('installed')
    expect(small.installRoute(route(3, 1), NOW)).toBe('full')
    expect(small.installRoute(route(3, 2), NOW)).toBe('installed')
    expect([...small.expireRoutes(NOW)]).toEqual([key(1)])
    expect(small.counters()).toMatchObject({ routes_refused: 1, routes_displaced: 1 })
    small.close()
  })
})

test('a port is a peer’s alone, and one of 1 to 253', () => {
  for (const port of [1, 0, 254, 256, 257, -1, 1.5]) {
    expect(() => plane.addPeer(port, FAR, 3)).toThrow(RangeError)
  }
})

test('after closing, nothing moves', () => {
  plane.close()
  plane.close()
  plane.receive(1, traffic(Uint8Array.of(1)), NOW)
  plane.setWritable(2, true)
  plane.sendControl(2, traffic(Uint8Array.of(1)))
  expect(plane.send(EAST, Uint8Array.of(1), NOW)).toBe('no-route')
  expect(written).toEqual([])
})
