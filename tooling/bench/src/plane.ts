// What a lookup, a change of a table and a frame cost through WASM.

import type { ForwardingPlane } from '@snek/forwarding'
import { seededRandom } from '@snek/platform/testing'
import { KEY_LENGTH, Key } from '@snek/wire'
import {
  addPeers,
  createPlane,
  install,
  keys,
  LEAF,
  NOW,
  OWN,
  PARENT,
  ROOT_KEY,
  traffic,
} from './fixtures.ts'
import { longest, nanoseconds } from './measure.ts'
import type { Measurement } from './report.ts'
import { runScript } from './run-script.ts'

const CHUNK = 64 * 1024

export async function plane(): Promise<Measurement[]> {
  return [
    ...snakeLookups(),
    ...treeLookups(),
    ...changes(),
    ...frames(),
    ...queued(),
    allocated(),
    ...(await memory()),
  ]
}

const inNanoseconds = (name: string, value: number): Measurement => ({
  name: `WASM: ${name}`,
  value,
  unit: 'ns',
})

function snakeLookups(): Measurement[] {
  return [10, 1000, 10_000, 100_000, 1_000_000].map((count) => {
    const plane = createPlane()
    installMany(plane, count)
    // Frames that go nowhere are looked up and dropped: what is left besides is their parsing.
    const frames = keys(2, 4096).map((key) => traffic(key, 0))
    const value = nanoseconds(4096, (at) => plane.receive(PARENT, frames[at] as Uint8Array, NOW))
    plane.close()
    return inNanoseconds(`snake lookup in a frame, ${count} routes`, value)
  })
}

/** One by one: a million keys at once are more than a heap takes. */
function installMany(plane: ForwardingPlane, count: number): void {
  const random = seededRandom(1)
  for (let index = 0; index < count; index += 1) {
    install(plane, Key.from(random(KEY_LENGTH)), NOW + (index * 5000) / count)
  }
}

function treeLookups(): Measurement[] {
  return [2, 250].map((count) => {
    const plane = createPlane()
    addPeers(plane, count - 2)
    const value = nanoseconds(100_000, () => plane.nextHopTree([4n, 9n, 77n, 3n], 0))
    plane.close()
    return inNanoseconds(`tree lookup by a call, ${count} peers`, value)
  })
}

function changes(): Measurement[] {
  const plane = createPlane()
  const all = keys(1, 100_000)
  for (const [index, key] of all.entries()) install(plane, key, NOW + index / 20)
  let time = NOW + 5000
  const installing = nanoseconds(100_000, (index) => {
    if (index === 0) time += 1
    install(plane, all[index] as Key, time + index / 20)
  })
  const start = performance.now()
  let pause = 0
  for (time += 20_000; plane.hasExpiredRoutes(time); ) {
    pause = Math.max(
      pause,
      longest(1, () => plane.expireRoutes(time)),
    )
  }
  const expiring = ((performance.now() - start) * 1e6) / 100_000
  const removing = [1, 2, 3].map(() => {
    installMany(plane, 100_000)
    const took = longest(1, () => plane.removePeer(PARENT))
    plane.addPeer(PARENT, ROOT_KEY, 3)
    return took
  })
  plane.close()
  return [
    inNanoseconds('route reinstalled among 100,000', installing),
    inNanoseconds('route of 100,000 expired', expiring),
    { name: 'WASM: longest call that expires routes', value: pause, unit: 'ms' },
    { name: 'WASM: a peering of 100,000 routes ends', value: Math.min(...removing), unit: 'ms' },
  ]
}

function frames(): Measurement[] {
  const kinds = [
    // At the end of its hop limit a frame is dropped as soon as it is parsed.
    { what: 'parsed', to: ROOT_KEY, hopLimit: 1, copy: copyIn },
    { what: 'passed on', to: ROOT_KEY, hopLimit: 10, copy: copyInAndOut },
    { what: 'delivered', to: OWN, hopLimit: 10, copy: copyInAndOut },
  ]
  return kinds.flatMap(({ what, to, hopLimit, copy }) =>
    [64, 1200, 16_384].flatMap((size) => {
      const plane = createPlane({ hopLimiting: hopLimit === 1 })
      const { pieces, count } = stream(traffic(to, size, { hopLimit }))
      const all = nanoseconds(10, () => {
        for (const piece of pieces) plane.receive(LEAF, piece, NOW)
      })
      const copying = nanoseconds(10, () => {
        for (const piece of pieces) copy(piece)
      })
      plane.close()
      const name = `frame of ${size} bytes ${what}`
      return [
        inNanoseconds(name, all / count),
        inNanoseconds(`${name}, besides copying`, (all - copying) / count),
      ]
    }),
  )
}

/** Through a queue that is full: each frame that comes in pushes out another, and what is left leaves at last. */
function queued(): Measurement[] {
  return [
    { peerings: 1, flows: 1 },
    { peerings: 1, flows: 1000 },
    { peerings: 10, flows: 100 },
  ].map(({ peerings, flows }) => {
    const plane = createPlane()
    addPeers(plane, peerings)
    const sources = keys(4, flows)
    const pieces = Array.from({ length: 64 }, (_, piece) => {
      const frames = Array.from({ length: CHUNK / 1400 }, (_, index) => {
        const from = sources[(piece * 47 + index) % flows] as Key
        return traffic(ROOT_KEY, 1200, { from })
      })
      return { port: 3 + (piece % peerings), bytes: Buffer.concat(frames), count: frames.length }
    })
    const count = pieces.reduce((sum, piece) => sum + piece.count, 0)
    const value = nanoseconds(20, () => {
      plane.setWritable(PARENT, false)
      for (const { port, bytes } of pieces) plane.receive(port, bytes, NOW)
      for (const { port, bytes } of pieces) plane.receive(port, bytes, NOW)
      plane.setWritable(PARENT, true)
    })
    plane.close()
    const name = `frame of 1200 bytes queued, ${flows} flows each of ${peerings} peerings`
    return inNanoseconds(name, value / (2 * count))
  })
}

/** What passing on takes of JavaScript's heap: a few objects a chunk, none a frame. */
function allocated(): Measurement {
  const plane = createPlane()
  const { pieces, count } = stream(traffic(ROOT_KEY, 1200))
  const rounds = Array.from({ length: 21 }, () => {
    const before = process.memoryUsage().heapUsed
    for (const piece of pieces) plane.receive(LEAF, piece, NOW)
    return (process.memoryUsage().heapUsed - before) / count
  })
  plane.close()
  // A round in which garbage was collected has less than it took.
  const [value = Number.NaN] = rounds.toSorted((one, other) => one - other).slice(10)
  return { name: 'WASM: heap for a frame of 1200 bytes passed on', value, unit: 'bytes' }
}

/** A stream of one frame over and over, as a socket delivers it. */
function stream(frame: Uint8Array): { pieces: Uint8Array[]; count: number } {
  const count = Math.ceil((32 * CHUNK) / frame.length)
  const bytes = new Uint8Array(count * frame.length)
  for (let index = 0; index < count; index += 1) bytes.set(frame, index * frame.length)
  const pieces = Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, index) =>
    bytes.slice(index * CHUNK, (index + 1) * CHUNK),
  )
  return { pieces, count }
}

const room = new Uint8Array(CHUNK)

/** What the plane can't do without: each byte goes into its memory… */
function copyIn(piece: Uint8Array): void {
  room.set(piece)
}

/** …and out again. */
function copyInAndOut(piece: Uint8Array): void {
  room.set(piece)
  room.slice(0, piece.length)
}

/** In a process of its own: WASM memory never shrinks. */
async function memory(): Promise<Measurement[]> {
  const { all, routes } = await runScript<{ all: number; routes: number }>('memory.ts')
  return [
    { name: 'WASM: memory with 100,000 routes and 250 peers', value: all / 2 ** 20, unit: 'MiB' },
    { name: 'WASM: memory of a route', value: routes / 100_000, unit: 'bytes' },
  ]
}
