// What a lookup, a change of a table and a frame cost through WASM: `npm run forwarding -w @snek/bench`.
import { type ForwardingPlane, loadForwarding } from '@snek/forwarding'
import { seededRandom } from '@snek/platform/testing'
import { encodeFrame, INITIAL_WATERMARK, KEY_LENGTH, Key, type Root } from '@snek/wire'
import { longest, nanoseconds } from './measure.ts'

const NOW = 1_000_000
const [LEAF, PARENT] = [1, 2]
const CHUNK = 64 * 1024

const forwarding = await loadForwarding()
const filled = (byte: number): Key => Key.from(new Uint8Array(KEY_LENGTH).fill(byte))
const [OWN, ROOT_KEY] = [filled(0x55), filled(0xfe)]
const root: Root = { key: ROOT_KEY, sequence: 1n }

function keys(seed: number, count: number): Key[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => Key.from(random(KEY_LENGTH)))
}

function createPlane(): ForwardingPlane {
  const plane = forwarding.createPlane({ key: OWN, limits: { routes: 2_000_000 } })
  plane.addPeer(LEAF, filled(0x11), 3)
  plane.addPeer(PARENT, ROOT_KEY, 3)
  plane.setAnnouncement(PARENT, { root, entries: [{ port: 4n, key: ROOT_KEY }] }, 1)
  plane.setTree({ root, coordinates: [4n], parent: PARENT })
  return plane
}

function report(what: string, value: number, unit = 'ns'): void {
  console.log(`${what.padEnd(44)} ${value.toFixed(value < 10 ? 2 : 0).padStart(10)} ${unit}`)
}

const install = (plane: ForwardingPlane, key: Key, time: number): void => {
  const route = { key, source: PARENT, destination: 0, sequence: 1n, root, time }
  plane.installRoute(route, time)
}

function traffic(to: Key, size: number): Uint8Array {
  return encodeFrame({
    type: 'traffic',
    extra: 0,
    hopLimit: 10,
    destination: [],
    source: [],
    destinationKey: to,
    sourceKey: filled(0x11),
    watermark: INITIAL_WATERMARK,
    payload: new Uint8Array(size),
  })
}

/** A stream of frames as a socket delivers it, and how many they are. */
function chunks(frame: Uint8Array): { pieces: Uint8Array[]; frames: number } {
  const frames = Math.ceil((32 * CHUNK) / frame.length)
  const stream = new Uint8Array(frames * frame.length)
  for (let index = 0; index < frames; index += 1) stream.set(frame, index * frame.length)
  const pieces = Array.from({ length: Math.ceil(stream.length / CHUNK) }, (_, index) =>
    stream.slice(index * CHUNK, (index + 1) * CHUNK),
  )
  return { pieces, frames }
}

for (const count of [10, 1000, 10_000, 100_000, 1_000_000]) {
  const plane = createPlane()
  for (const [index, key] of keys(1, count).entries()) install(plane, key, NOW + (index * 5000) / count)
  // Frames that go nowhere are looked up and dropped: what is left besides is their parsing.
  const frames = keys(2, 4096).map((key) => traffic(key, 0))
  report(
    `snake lookup in a frame, ${count} routes`,
    nanoseconds(4096, (at) => {
      plane.receive(PARENT, frames[at] as Uint8Array, NOW)
    }),
  )
  plane.close()
}

for (const count of [2, 250]) {
  const plane = createPlane()
  for (const [index, key] of keys(3, count - 2).entries()) {
    const port = index + 3
    plane.addPeer(port, key, 3)
    const entries = [
      { port: 4n, key: ROOT_KEY },
      { port: 9n, key: OWN },
      { port: BigInt(port), key },
    ]
    plane.setAnnouncement(port, { root, entries }, port)
  }
  report(
    `tree lookup by a call, ${count} peers`,
    nanoseconds(100_000, () => {
      plane.nextHopTree([4n, 9n, 77n, 3n], 0)
    }),
  )
  plane.close()
}

{
  const plane = createPlane()
  const all = keys(1, 100_000)
  for (const [index, key] of all.entries()) install(plane, key, NOW + index / 20)
  let time = NOW + 5000
  report(
    'route reinstalled among 100000',
    nanoseconds(100_000, (index) => {
      if (index === 0) time += 1
      install(plane, all[index] as Key, time + index / 20)
    }),
  )
  const start = performance.now()
  report(
    'longest of 13 calls that expire 100000',
    longest(13, () => plane.expireRoutes(time + 20_000)),
    'ms',
  )
  report('route expired', ((performance.now() - start) * 1e6) / 100_000)
  plane.close()
}

for (const [what, to] of [
  ['passed on', ROOT_KEY],
  ['delivered', OWN],
] as const) {
  for (const size of [64, 1200, 16_384]) {
    const plane = createPlane()
    const { pieces, frames } = chunks(traffic(to, size))
    const perRound = nanoseconds(10, () => {
      for (const piece of pieces) plane.receive(LEAF, piece, NOW)
    })
    report(`frame of ${size} bytes ${what}`, perRound / frames)
    plane.close()
  }
}
