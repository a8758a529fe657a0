// What the benchmarks of the forwarding plane have in common.
import { type Forwarding, type ForwardingPlane, loadForwarding } from '@snek/forwarding'
import { seededRandom } from '@snek/platform/testing'
import { encodeFrame, INITIAL_WATERMARK, KEY_LENGTH, Key, type Root } from '@snek/wire'

export const NOW = 1_000_000
/** The port of a peer below us. */
export const LEAF = 1
/** The port of our parent, which is the root. */
export const PARENT = 2

export const filled = (byte: number): Key => Key.from(new Uint8Array(KEY_LENGTH).fill(byte))
export const OWN: Key = filled(0x55)
export const ROOT_KEY: Key = filled(0xfe)
export const root: Root = { key: ROOT_KEY, sequence: 1n }

export const forwarding: Forwarding = await loadForwarding()

/** The same for the same seed. */
export function keys(seed: number, count: number): Key[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => Key.from(random(KEY_LENGTH)))
}

export function createPlane(options: { hopLimiting?: boolean } = {}): ForwardingPlane {
  const plane = forwarding.createPlane({ key: OWN, ...options, limits: { routes: 2_000_000 } })
  plane.addPeer(LEAF, filled(0x11), 3)
  plane.addPeer(PARENT, ROOT_KEY, 3)
  plane.setAnnouncement(PARENT, { root, entries: [{ port: 4n, key: ROOT_KEY }] }, 1)
  plane.setTree({ root, coordinates: [4n], parent: PARENT })
  return plane
}

export function install(plane: ForwardingPlane, key: Key, time: number): void {
  plane.installRoute({ key, source: PARENT, destination: 0, sequence: 1n, root, time }, time)
}

/** More peers, from port 3 on, each with an announcement. */
export function addPeers(plane: ForwardingPlane, count: number): void {
  for (const [index, key] of keys(3, count).entries()) {
    const port = index + 3
    plane.addPeer(port, key, 3)
    const entries = [
      { port: 4n, key: ROOT_KEY },
      { port: 9n, key: OWN },
      { port: BigInt(port), key },
    ]
    plane.setAnnouncement(port, { root, entries }, port)
  }
}

interface TrafficOptions {
  readonly from?: Key
  readonly hopLimit?: number
}

/** `size` is the payload's, in bytes. */
export function traffic(
  to: Key,
  size: number,
  { from = filled(0x11), hopLimit = 10 }: TrafficOptions = {},
): Uint8Array {
  return encodeFrame({
    type: 'traffic',
    extra: 0,
    hopLimit,
    destination: [],
    source: [],
    destinationKey: to,
    sourceKey: from,
    watermark: INITIAL_WATERMARK,
    payload: new Uint8Array(size),
  })
}
