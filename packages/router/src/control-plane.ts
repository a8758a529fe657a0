// Tree, snake and broadcasts together: one input at a time, then `poll` until there is nothing more to do.
// Time, randomness and verification are arguments; tables are the forwarding plane's.
import type { Verifier } from '@snek/identity'
import {
  type Announcement,
  checkAnnouncement,
  decodeAnnouncement,
  decodeBootstrap,
  decodeBroadcast,
  decodeFrame,
  FrameType,
  type Key,
  peekFrameHeader,
  type Signer,
  WireError,
} from '@snek/wire'
import { Broadcasts } from './broadcast/broadcasts.ts'
import { Inbox, type Job } from './inbox.ts'
import type { ControlLimits } from './limits.ts'
import type { Output } from './outputs.ts'
import { MAINTENANCE_INTERVAL, Snake, type SnakeTables } from './snake/snake.ts'
import { knownEntries } from './tree/known-entries.ts'
import { Tree, type TreeTables } from './tree/tree.ts'

/** Entries of an announcement that are verified in one piece: together they take less, and 0.8 ms if their keys are new. */
const ENTRIES_AT_ONCE = 8

/** The forwarding plane's tables. */
export interface Tables extends TreeTables, SnakeTables {
  addPeer(port: number, key: Key, type: number): void
  removePeer(port: number): Iterable<Key>
}

export interface ControlPlaneOptions {
  readonly signer: Signer
  readonly verifier: Verifier
  readonly tables: Tables
  readonly limits: ControlLimits
  /** Whether to send wake-up broadcasts each minute. */
  readonly wakeUpBroadcasts: boolean
  /** In ms since the Unix epoch. */
  readonly now: number
  /** When in each second this node does its maintenance: 0 to 1. Nodes shouldn't do it all at once. */
  readonly phase: number
}

export class ControlPlane {
  readonly tree: Tree
  readonly snake: Snake
  readonly #verifier: Verifier
  readonly #tables: Tables
  readonly #broadcasts: Broadcasts
  readonly #inbox: Inbox
  readonly #types = new Map<number, number>()
  readonly #outputs: Output[] = []
  #badSignatures = 0
  #malformed = 0

  constructor({ signer, verifier, tables, limits, wakeUpBroadcasts, now, phase }: ControlPlaneOptions) {
    const emit = (output: Output): void => {
      this.#outputs.push(output)
    }
    this.#verifier = verifier
    const { verify } = verifier
    this.#tables = tables
    this.#inbox = new Inbox(limits)
    const firstMaintenance = now + phase * MAINTENANCE_INTERVAL
    this.tree = new Tree(signer, tables, emit, now)
    this.snake = new Snake({ signer, verify, tables, emit, firstMaintenance })
    this.#broadcasts = new Broadcasts({
      signer,
      verify,
      emit,
      peerType: (port) => this.#types.get(port) ?? 0,
      seenLimit: limits.seenBroadcasts,
      firstBroadcast: wakeUpBroadcasts ? firstMaintenance : Number.POSITIVE_INFINITY,
    })
  }

  /** A peering has started, of a type from 0 to 4. */
  addPeer(port: number, key: Key, type: number, now: number): void {
    this.#types.set(port, type)
    this.#tables.addPeer(port, key, type)
    this.#inbox.addPeer(port, now)
    this.tree.addPeer(port, key)
  }

  /** A peering has ended. */
  removePeer(port: number, now: number): void {
    this.#types.delete(port)
    this.#inbox.removePeer(port)
    this.snake.removePeer(port, this.#tables.removePeer(port))
    this.#watchingPlace(() => this.tree.removePeer(port, now))
    if (this.tree.peers.size > 0) return
    this.snake.reset()
    this.#broadcasts.reset()
  }

  /**
   * Takes in an announcement, bootstrap or broadcast, copying what it keeps of it; `work` does the rest. What
   * makes no sense in an announcement ends the peering, in others it is dropped: their authors are elsewhere.
   */
  handleFrame(port: number, bytes: Uint8Array, now: number): void {
    try {
      this.#takeIn(port, bytes, now)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#malformed += 1
      this.#end(port, error)
    }
  }

  /**
   * Does a piece of what `handleFrame` and others left to do: a few verifications at most, or some events. False if
   * nothing is left. The announcement of a peer that can't be right ends the peering.
   */
  work(now: number): boolean {
    if (this.snake.hasWork) this.snake.work(now)
    else this.#workOnNext(now)
    return this.#hasWork
  }

  /** When `handleTimeout` has something to do, or `work` (at once), in ms since the Unix epoch. */
  nextTimeout(): number {
    if (this.#hasWork) return 0
    return Math.min(
      this.tree.nextTimeout(),
      this.snake.nextTimeout(),
      this.#broadcasts.nextTimeout(),
      this.#inbox.nextTimeout(),
    )
  }

  handleTimeout(now: number): void {
    this.#inbox.handleTimeout(now)
    this.#watchingPlace(() => this.tree.handleTimeout(now))
    if (now >= this.snake.nextTimeout()) this.#broadcasts.expire(now)
    this.snake.handleTimeout(this.tree.root, this.tree.parent === undefined, now)
    this.#broadcasts.handleTimeout(this.tree, now)
  }

  /** The next thing to be done. */
  poll(): Output | undefined {
    return this.#outputs.shift()
  }

  /** What was refused so far, by name. */
  counters(): Record<string, number> {
    return {
      ...this.#inbox.counters,
      control_bad_signatures: this.#badSignatures,
      control_malformed: this.#malformed,
      broadcasts_forgotten: this.#broadcasts.forgotten,
      known_keys_displaced: this.#verifier.displaced,
    }
  }

  get #hasWork(): boolean {
    return this.snake.hasWork || !this.#inbox.isEmpty
  }

  #workOnNext(now: number): void {
    const next = this.#inbox.next()
    if (next === undefined) return
    const { port, job } = next
    try {
      if (this.#workOn(port, job, now)) this.#inbox.done(port, now)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#inbox.removePeer(port)
      this.#end(port, error)
    }
  }

  #takeIn(port: number, bytes: Uint8Array, now: number): void {
    if (!this.#admits(port, bytes, now)) return
    const frame = decodeFrame(bytes)
    if (frame.type === 'announcement') {
      this.#inbox.pushAnnouncement(port, decodeAnnouncement(frame.payload.slice()), now)
    } else if (frame.type === 'bootstrap') {
      const payload = frame.payload.slice()
      const bootstrap = this.#decode(decodeBootstrap, payload)
      if (bootstrap) this.#inbox.push(port, { type: 'bootstrap', frame: { ...frame, payload }, bootstrap })
    } else if (frame.type === 'broadcast') {
      const payload = frame.payload.slice()
      const broadcast = this.#decode(decodeBroadcast, payload)
      if (broadcast) this.#inbox.push(port, { type: 'broadcast', frame: { ...frame, payload }, broadcast })
    }
  }

  /** Whether the frame is within bounds: most of a flood isn't, and shouldn't cost its decoding. */
  #admits(port: number, bytes: Uint8Array, now: number): boolean {
    switch (peekFrameHeader(bytes)?.typeNumber) {
      case FrameType.bootstrap:
        return this.#inbox.admitsBootstrap(port, now)
      case FrameType.broadcast:
        return this.#inbox.admitsBroadcast(port, now)
      default:
        return true
    }
  }

  /** Undefined for what makes no sense. */
  #decode<T>(decode: (payload: Uint8Array) => T, payload: Uint8Array): T | undefined {
    try {
      return decode(payload)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#malformed += 1
      return undefined
    }
  }

  /** True when the job is done. */
  #workOn(port: number, job: Job, now: number): boolean {
    switch (job.type) {
      case 'announcement':
        return this.#verifyEntries(port, job, now)
      case 'bootstrap':
        this.#count(this.snake.handleBootstrap(port, job.frame, job.bootstrap, this.tree.root, now))
        return true
      case 'broadcast':
        this.#count(this.#broadcasts.handleBroadcast(port, job.frame, job.broadcast, this.tree, now))
        return true
    }
  }

  #verifyEntries(port: number, job: Job & { type: 'announcement' }, now: number): boolean {
    const { announcement } = job
    const { entries, payload } = announcement
    if (job.verified === undefined) {
      const key = this.tree.peers.get(port)?.key
      if (key === undefined) return true
      checkAnnouncement(announcement, key, () => true, this.tree.announcedRoot(port))
      job.verified = knownEntries(announcement, this.tree.knownPayloads(port))
    }
    const end = Math.min(job.verified + ENTRIES_AT_ONCE, entries.length)
    job.verified += this.#verifier.verifyEntries(announcement, job.verified, end)
    const bad = entries[job.verified]
    if (job.verified < end && bad) {
      throw new WireError('bad-signature', bad.signature.byteOffset - payload.byteOffset)
    }
    if (job.verified < entries.length) return false
    this.#accept(port, announcement, now)
    return true
  }

  #accept(port: number, announcement: Announcement, now: number): void {
    const isNewcomer = this.#watchingPlace(() => this.tree.handleAnnouncement(port, announcement, now))
    if (isNewcomer) this.#broadcasts.wake(port, this.tree.root, now)
  }

  /** Another parent or root needs bootstraps. */
  #watchingPlace<T>(change: () => T): T {
    const { parent, root } = this.tree
    const result = change()
    if (this.tree.parent !== parent || this.tree.root !== root) this.snake.settle()
    return result
  }

  #count(isGood: boolean): void {
    if (!isGood) this.#badSignatures += 1
  }

  #end(port: number, error: WireError): void {
    this.#outputs.push({ type: 'end', port, error })
  }
}
