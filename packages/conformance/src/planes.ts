// Next hops and streams by forwarding planes, each in the state that a case describes.
import type { Forwarding, ForwardingPlane, Route } from '@snek/forwarding'
import { type Coordinates, Key, type Root, type WireError } from '@snek/wire'
import type {
  NextHops,
  PeerState,
  RouteState,
  SnakeLookup,
  StreamOutcome,
  TreeLookup,
} from './implementation.ts'

/** When lookups are made, in ms since the Unix epoch. */
const NOW = 1_800_000_000_000
/** The age at which a route has expired, in ms. */
const ROUTE_LIFETIME = 10_000

const LOCAL_PORT = 0
const STREAM_PORT = 1

/** Keys of nodes of which a case says nothing. */
const UNNAMED = Key.from(new Uint8Array(32).fill(0x11))
const UNNAMED_PEER = Key.from(new Uint8Array(32).fill(0x22))

export function planeNextHops(forwarding: Forwarding): NextHops {
  return {
    snake: (lookup) => snake(forwarding, lookup),
    tree: (lookup) => tree(forwarding, lookup),
  }
}

/** Planes show control frames only: they forward or drop traffic, and swallow keepalives. */
export function readStream(forwarding: Forwarding, chunks: readonly Uint8Array[]): StreamOutcome {
  const frames: Uint8Array[] = []
  let error: WireError | undefined
  return withPlane(forwarding, UNNAMED, (plane) => {
    plane.handlers = {
      ...plane.handlers,
      onControlFrame: (_, frame) => frames.push(frame.slice()),
      onPeerError: (_, reason) => {
        error = reason
      },
    }
    plane.addPeer(STREAM_PORT, UNNAMED_PEER, 0)
    for (const chunk of chunks) plane.receive(STREAM_PORT, chunk, NOW)
    return { frames, shows: ['announcement', 'bootstrap', 'broadcast'], error }
  })
}

function snake(forwarding: Forwarding, lookup: SnakeLookup): ReturnType<NextHops['snake']> {
  const { key, peers, routes, parentPort, destination, watermark, bootstrap } = lookup
  return withPlane(forwarding, key, (plane) => {
    const root = setTables(plane, key, peers, parentPort, [])
    for (const route of routes) plane.installRoute(toRoute(route, root), NOW)
    return plane.nextHopSnake(destination, watermark, { bootstrap }, NOW)
  })
}

function tree(forwarding: Forwarding, lookup: TreeLookup): number | undefined {
  const { peers, parentPort, coordinates, destination, fromPort } = lookup
  return withPlane(forwarding, UNNAMED, (plane) => {
    setTables(plane, UNNAMED, peers, parentPort, coordinates)
    return plane.nextHopTree(destination, fromPort)
  })
}

/** A peer that hasn't started isn't in the tables. The root that we follow is our parent's: it is returned. */
function setTables(
  plane: ForwardingPlane,
  key: Key,
  peers: readonly PeerState[],
  parentPort: number | undefined,
  coordinates: Coordinates,
): Root {
  for (const peer of peers) {
    if (!peer.started) continue
    plane.addPeer(peer.port, peer.key, peer.type)
    const { announcement } = peer
    if (announcement) plane.setAnnouncement(peer.port, announcement, announcement.receiveOrder)
  }
  const parent = peers.find((peer) => peer.port === parentPort)
  const root = parent?.announcement?.root ?? { key, sequence: 1n }
  plane.setTree({ root, coordinates, parent: parentPort })
  return root
}

function toRoute({ key, sequence, sourcePort, expired }: RouteState, root: Root): Route {
  const time = expired ? NOW - ROUTE_LIFETIME : NOW - ROUTE_LIFETIME + 1
  return { key, sequence, source: sourcePort, destination: LOCAL_PORT, root, time }
}

function withPlane<T>(forwarding: Forwarding, key: Key, use: (plane: ForwardingPlane) => T): T {
  const plane = forwarding.createPlane({ key })
  try {
    return use(plane)
  } finally {
    plane.close()
  }
}
