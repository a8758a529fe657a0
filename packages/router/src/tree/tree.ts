// Our place in the spanning tree (PROTOCOL.md section 3): which peer is our parent, and what we announce.
import type { Tree as Place } from '@snek/forwarding'
import {
  type Announcement,
  type Coordinates,
  compareKeys,
  type Key,
  MAX_ANNOUNCEMENT_ENTRIES,
  type Root,
  receiverCoordinates,
  type Signer,
} from '@snek/wire'
import type { Emit } from '../outputs.ts'
import { announcementAction } from './announcement-action.ts'
import { OwnAnnouncement } from './own-announcement.ts'

/** How long we are root before a parent is selected, in ms. */
export const REPARENT_WAIT = 1000
/** How often a root announces itself, in ms. */
export const ANNOUNCEMENT_INTERVAL: number = 30 * 60_000
/** The age in ms at which an announcement makes nobody a parent any more. */
export const ANNOUNCEMENT_LIFETIME: number = 45 * 60_000

/** The forwarding plane's tables, as far as the tree writes them. */
export interface TreeTables {
  setAnnouncement(port: number, announcement: Announcement, receiveOrder: number): void
  setTree(place: Place): void
}

export interface TreePeer {
  readonly port: number
  readonly key: Key
  /** Its latest. */
  announced?: Announced
}

interface Announced {
  readonly announcement: Announcement
  readonly time: number
  /** Counts up over all peers. */
  readonly order: number
  /** False for one that can't make its sender our parent: ours is on the way, or the way is too long. */
  readonly usable: boolean
}

export class Tree {
  readonly #signer: Signer
  readonly #tables: TreeTables
  readonly #emit: Emit
  readonly #peers = new Map<number, TreePeer>()
  #own: OwnAnnouncement
  #parent: TreePeer | undefined
  /** Of ourselves as root. It only grows, or others would take us for our past. */
  #sequence = 0n
  #order = 0
  /** When the wait after becoming root is over. */
  #selectAt: number | undefined

  constructor(signer: Signer, tables: TreeTables, emit: Emit, now: number) {
    this.#signer = signer
    this.#tables = tables
    this.#emit = emit
    this.#own = this.#becomeRoot(now)
  }

  /** The root that we follow. */
  get root(): Root {
    return this.#own.root
  }

  get parent(): TreePeer | undefined {
    return this.#parent
  }

  get coordinates(): Coordinates {
    const announcement = this.#parent?.announced?.announcement
    return announcement === undefined ? [] : receiverCoordinates(announcement)
  }

  get peers(): ReadonlyMap<number, TreePeer> {
    return this.#peers
  }

  /** Announces to the new peer. */
  addPeer(port: number, key: Key): void {
    this.#peers.set(port, { port, key })
    this.#announceTo(port)
  }

  /** Selects anew if it was the parent. */
  removePeer(port: number, now: number): void {
    this.#peers.delete(port)
    if (this.#peers.size === 0) {
      this.#selectAt = undefined
      this.#order = 0
    }
    if (this.#parent?.port !== port) return
    this.#setParent(undefined)
    this.#select(now)
  }

  /**
   * What a peer announced, checked and verified. True if it was the peer's first one and no other peering to
   * its key has announced.
   */
  handleAnnouncement(port: number, announcement: Announcement, now: number): boolean {
    const peer = this.#peers.get(port)
    if (peer === undefined) return false
    const followed = this.root
    const isFirst = peer.announced === undefined
    const isNewcomer = ![...this.#peers.values()].some(
      (other) => other.announced && other.key.equals(peer.key),
    )
    this.#store(peer, announcement, now)
    if (this.#selectAt === undefined) this.#act(peer, announcement, followed, isFirst, now)
    return isNewcomer
  }

  /** When `handleTimeout` has something to do, in ms since the Unix epoch. */
  nextTimeout(): number {
    if (this.#selectAt !== undefined) return this.#selectAt
    const announced = this.#parent?.announced
    return announced === undefined
      ? this.#own.time + ANNOUNCEMENT_INTERVAL
      : announced.time + ANNOUNCEMENT_LIFETIME
  }

  handleTimeout(now: number): void {
    if (now < this.nextTimeout()) return
    if (this.#selectAt !== undefined || this.#parent !== undefined) {
      this.#selectAt = undefined
      this.#select(now)
    } else {
      this.#becomeRoot(now)
      this.#announceToAll()
    }
  }

  /** The root of a peer's latest announcement. */
  announcedRoot(port: number): Root | undefined {
    return this.#peers.get(port)?.announced?.announcement.root
  }

  /**
   * Payloads that are known to be right and may begin as the next one of a peer does: its last one; ours,
   * which begins as those of our children do; those of its neighbours.
   */
  *knownPayloads(port: number): Generator<Uint8Array> {
    const last = this.#peers.get(port)?.announced
    if (last !== undefined) yield last.announcement.payload
    yield this.#own.payload(port)
    for (const { announced } of this.#peers.values()) {
      if (announced !== undefined && announced !== last) yield announced.announcement.payload
    }
  }

  #store(peer: TreePeer, announcement: Announcement, now: number): void {
    const { entries } = announcement
    this.#order += 1
    const isLoop = entries.some((entry) => entry.key.equals(this.#signer.key))
    const usable = !isLoop && entries.length < MAX_ANNOUNCEMENT_ENTRIES
    peer.announced = { announcement, time: now, order: this.#order, usable }
    this.#tables.setAnnouncement(peer.port, announcement, this.#order)
  }

  #act(peer: TreePeer, { root }: Announcement, followed: Root, isFirst: boolean, now: number): void {
    const action = announcementAction({
      senderIsParent: peer === this.#parent,
      containsLoop: peer.announced?.usable === false,
      rootKeyCompare: compareKeys(root.key, followed.key),
      newSequence: root.sequence,
      lastSequence: followed.sequence,
    })
    switch (action) {
      case 'accept-update':
        return this.#follow(peer, now)
      case 'accept-new-parent':
        this.#setParent(peer)
        return this.#follow(peer, now)
      case 'select-new-parent':
        return this.#select(now)
      case 'become-root-then-select-after-wait':
        this.#selectAt = now + REPARENT_WAIT
        this.#becomeRoot(now)
        return this.#announceToAll()
      case 'inform-peer-of-stronger-root':
        // The first one crossed ours, which was sent on connecting.
        if (!isFirst) this.#announceTo(peer.port)
    }
  }

  #select(now: number): void {
    const best = this.#bestParent(now)
    if (best !== undefined) {
      if (best === this.#parent) return
      this.#setParent(best)
      this.#follow(best, now)
    } else if (this.#parent !== undefined || !this.root.key.equals(this.#signer.key)) {
      this.#becomeRoot(now)
      this.#announceToAll()
    }
  }

  #bestParent(now: number): TreePeer | undefined {
    const { key } = this.#signer
    const followed = this.#parent?.announced?.announcement.root ?? { key, sequence: this.#sequence }
    let best = compareKeys(key, followed.key) > 0 ? { key, sequence: 0n } : followed
    let order = Number.POSITIVE_INFINITY
    let parent: TreePeer | undefined
    for (const peer of this.#peers.values()) {
      const { announced } = peer
      if (!announced?.usable || now - announced.time >= ANNOUNCEMENT_LIFETIME) continue
      const { root } = announced.announcement
      const compared = compareKeys(root.key, best.key) || Number(root.sequence - best.sequence)
      if (compared < 0 || (compared === 0 && announced.order >= order)) continue
      best = root
      order = announced.order
      parent = peer
    }
    return parent
  }

  #becomeRoot(now: number): OwnAnnouncement {
    this.#sequence += 1n
    this.#setParent(undefined)
    return this.#setOwn({ key: this.#signer.key, sequence: this.#sequence }, now)
  }

  #follow({ announced }: TreePeer, now: number): void {
    if (announced === undefined) return
    this.#setOwn(announced.announcement, now)
    this.#announceToAll()
  }

  #setParent(peer: TreePeer | undefined): void {
    if (peer === this.#parent) return
    this.#parent = peer
    const detail = { parent: peer?.key, port: peer?.port }
    this.#emit({ type: 'event', event: { name: 'parentchange', detail } })
  }

  #setOwn(base: Announcement | Root, now: number): OwnAnnouncement {
    this.#own = new OwnAnnouncement(this.#signer, base, now)
    const { root, coordinates } = this
    this.#tables.setTree({ root, coordinates, parent: this.#parent?.port })
    this.#emit({
      type: 'event',
      event: { name: 'announcementchange', detail: { root, coordinates, time: now } },
    })
    return this.#own
  }

  #announceToAll(): void {
    for (const port of this.#peers.keys()) this.#announceTo(port)
  }

  #announceTo(port: number): void {
    this.#emit({ type: 'send', port, frame: this.#own.frame(port) })
  }
}
