// What a router looks like from outside, ready for JSON: keys are hex, 64-bit numbers decimal strings.
import type { ForwardingPlane, PortCounters } from '@snek/forwarding'
import { type Coordinates, type Key, type Root, senderCoordinates } from '@snek/wire'
import type { ControlPlane } from './control-plane.ts'
import type { Link, PeerType } from './peering.ts'
import type { TreePeer } from './tree/tree.ts'

export interface RouterSnapshot {
  readonly key: string
  /** None: the node is its own root. */
  readonly coords: string[]
  readonly root: RootSnapshot
  readonly parent: string | null
  readonly peers: PeerSnapshot[]
  /** The next lower key that the snake knows of. */
  readonly descending: string | null
  readonly routes: RouteSnapshot[]
  /** Remembered coordinates by key. */
  readonly coords_cache: Record<string, string[]>
  /** What happened so far, by name. */
  readonly counters: Record<string, number>
}

export interface RootSnapshot {
  readonly key: string
  readonly sequence: string
}

export interface PeerSnapshot {
  readonly port: number
  readonly key: string
  readonly type: PeerType
  readonly zone?: string
  readonly uri: string
  /** Null until it announces itself, as are root and order. */
  readonly coords: string[] | null
  readonly root: RootSnapshot | null
  /** Of its latest announcement among those of all peers. */
  readonly order: number | null
  /** When its stream came, in ms since the Unix epoch. */
  readonly started: number
  readonly bytes: {
    readonly in: number
    readonly out: number
    readonly protocol_in: number
    readonly protocol_out: number
    readonly traffic_in: number
    readonly traffic_out: number
  }
  /** What waits for the peer to read. */
  readonly queue: { readonly frames: number; readonly bytes: number }
  /** Frames that came from it or waited for it, and were dropped. */
  readonly dropped: number
}

export interface RouteSnapshot {
  readonly key: string
  /** The port that leads there. */
  readonly source: number
  /** The port that its bootstrap went on to; 0 if it ended here. */
  readonly destination: number
  readonly sequence: string
  readonly age_ms: number
}

export function takeSnapshot(
  key: Key,
  control: ControlPlane,
  plane: ForwardingPlane,
  links: Iterable<Link>,
  counters: Record<string, number>,
  now: number,
): RouterSnapshot {
  const { tree, snake } = control
  return {
    key: key.hex,
    coords: toStrings(tree.coordinates),
    root: ofRoot(tree.root),
    parent: tree.parent?.key.hex ?? null,
    peers: [...links]
      .map((link) => ofPeer(link, tree.peers.get(link.port), plane.portCounters(link.port)))
      .sort((a, b) => a.port - b.port),
    descending: snake.descending?.hex ?? null,
    routes: plane.routes().map((route) => ({
      key: route.key.hex,
      source: route.source,
      destination: route.destination,
      sequence: String(route.sequence),
      age_ms: Math.max(0, Math.round(now - route.time)),
    })),
    coords_cache: Object.fromEntries(
      plane.rememberedCoordinates(now).map(({ key: of, coordinates }) => [of.hex, toStrings(coordinates)]),
    ),
    counters: { ...plane.counters(), ...control.counters(), ...counters },
  }
}

function ofPeer(link: Link, peer: TreePeer | undefined, counters: PortCounters): PeerSnapshot {
  const { port, key, type, zone, uri, started } = link
  const { bytesIn, bytesOut, queuedFrames, queuedBytes, dropped } = counters
  const announced = peer?.announced
  return {
    port,
    key: key.hex,
    type,
    ...(zone !== undefined && { zone }),
    uri,
    coords: announced ? toStrings(senderCoordinates(announced.announcement)) : null,
    root: announced ? ofRoot(announced.announcement.root) : null,
    order: announced?.order ?? null,
    started: Math.round(started),
    bytes: {
      in: bytesIn.protocol + bytesIn.traffic,
      out: bytesOut.protocol + bytesOut.traffic,
      protocol_in: bytesIn.protocol,
      protocol_out: bytesOut.protocol,
      traffic_in: bytesIn.traffic,
      traffic_out: bytesOut.traffic,
    },
    queue: { frames: queuedFrames, bytes: queuedBytes },
    dropped,
  }
}

function ofRoot({ key, sequence }: Root): RootSnapshot {
  return { key: key.hex, sequence: String(sequence) }
}

function toStrings(coordinates: Coordinates): string[] {
  return coordinates.map(String)
}
