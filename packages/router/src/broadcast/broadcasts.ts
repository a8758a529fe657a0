// Wake-up broadcasts (PROTOCOL.md section 5): a node tells those around it that it is there.
import {
  type Broadcast,
  type BroadcastFrame,
  type Coordinates,
  encodeBroadcast,
  encodeFrame,
  type Key,
  type Root,
  type Signer,
  senderCoordinates,
  treeDistance,
  type Verify,
} from '@snek/wire'
import type { Emit } from '../outputs.ts'
import type { TreePeer } from '../tree/tree.ts'

/** In ms. */
export const BROADCAST_INTERVAL = 60_000
/** Another broadcast of the same node within so many ms is ignored. */
export const REPEAT_LIMIT = 30_000
/** How long a node's latest broadcast is remembered, in ms. */
export const SEEN_LIFETIME: number = 3 * 60_000
/** What a broadcast starts with; more than that nobody gets. */
export const BROADCAST_HOP_LIMIT = 5

/** From this hop limit on, a broadcast goes to all peers; below, to neighbours in the tree. */
const FLOOD_HOP_LIMIT = 4

/** What a broadcast needs to know of the tree. */
export interface Surroundings {
  readonly root: Root
  readonly coordinates: Coordinates
  readonly peers: ReadonlyMap<number, TreePeer>
}

export interface BroadcastsOptions {
  readonly signer: Signer
  readonly verify: Verify
  readonly emit: Emit
  /** The lower, the better the link. */
  peerType(port: number): number
  /** Nodes that are remembered; when full, the one heard first is forgotten. */
  readonly seenLimit: number
  /** When the first own broadcast is due, in ms since the Unix epoch; never, where they are off. */
  readonly firstBroadcast: number
}

interface Seen {
  readonly time: number
  readonly sequence: bigint
}

export class Broadcasts {
  readonly #options: BroadcastsOptions
  /** By key, the latest heard last. */
  readonly #seen = new Map<string, Seen>()
  #nextBroadcast: number
  #forgotten = 0

  constructor(options: BroadcastsOptions) {
    this.#options = options
    this.#nextBroadcast = options.firstBroadcast
  }

  /** How many nodes were forgotten to make room. */
  get forgotten(): number {
    return this.#forgotten
  }

  /** After the last peering. */
  reset(): void {
    this.#seen.clear()
  }

  /** Sends one peer our broadcast. */
  wake(port: number, root: Root, now: number): void {
    this.#send(port, this.#own(root, now))
  }

  /** As with bootstraps: what says nothing new isn't verified; false for a bad signature. */
  handleBroadcast(
    port: number,
    frame: BroadcastFrame,
    broadcast: Broadcast,
    around: Surroundings,
    now: number,
  ): boolean {
    const { signer, verify } = this.#options
    const key = frame.sourceKey
    if (key.equals(signer.key) || !broadcast.root.key.equals(around.root.key)) return true
    const last = this.#seen.get(key.hex)
    const isRepeated = last !== undefined && now - last.time < REPEAT_LIMIT
    if (isRepeated || (last !== undefined && broadcast.sequence <= last.sequence)) return true
    if (!verify(key, frame.payload.subarray(0, broadcast.signedLength), broadcast.signature)) return false
    this.#remember(key, { time: now, sequence: broadcast.sequence })
    const detail = { key, sequence: broadcast.sequence }
    this.#options.emit({ type: 'event', event: { name: 'broadcast', detail } })
    if (frame.hopLimit > 1) {
      const hopLimit = Math.min(frame.hopLimit, BROADCAST_HOP_LIMIT) - 1
      this.#flood({ ...frame, hopLimit }, around, around.peers.get(port))
    }
    return true
  }

  nextTimeout(): number {
    return this.#nextBroadcast
  }

  handleTimeout(around: Surroundings, now: number): void {
    if (now < this.#nextBroadcast) return
    this.#nextBroadcast = now + BROADCAST_INTERVAL
    this.#flood(this.#own(around.root, now), around)
  }

  /** Forgets what was heard long ago. */
  expire(now: number): void {
    for (const [key, { time }] of this.#seen) {
      if (now - time < SEEN_LIFETIME) return
      this.#seen.delete(key)
    }
  }

  #remember(key: Key, seen: Seen): void {
    this.#seen.delete(key.hex)
    this.#seen.set(key.hex, seen)
    if (this.#seen.size <= this.#options.seenLimit) return
    const [first] = this.#seen.keys()
    if (first !== undefined) this.#seen.delete(first)
    this.#forgotten += 1
  }

  #own(root: Root, now: number): BroadcastFrame {
    const { signer } = this.#options
    return {
      type: 'broadcast',
      extra: 0,
      hopLimit: BROADCAST_HOP_LIMIT,
      sourceKey: signer.key,
      payload: encodeBroadcast(BigInt(Math.floor(now)), root, signer),
    }
  }

  /** To every node around but the one that it came from, over one peering each, the best. */
  #flood(frame: BroadcastFrame, around: Surroundings, from?: TreePeer): void {
    const { peerType } = this.#options
    const best = new Map<string, TreePeer>()
    for (const peer of around.peers.values()) {
      if (from?.key.equals(peer.key)) continue
      if (frame.hopLimit < FLOOD_HOP_LIMIT && !isTreeNeighbour(peer, around)) continue
      const other = best.get(peer.key.hex)
      if (other === undefined || peerType(peer.port) < peerType(other.port)) best.set(peer.key.hex, peer)
    }
    for (const { port } of best.values()) this.#send(port, frame)
  }

  #send(port: number, frame: BroadcastFrame): void {
    this.#options.emit({ type: 'send', port, frame: encodeFrame(frame) })
  }
}

function isTreeNeighbour({ announced }: TreePeer, { root, coordinates }: Surroundings): boolean {
  if (!announced?.announcement.root.key.equals(root.key)) return false
  return treeDistance(coordinates, senderCoordinates(announced.announcement)) === 1
}
