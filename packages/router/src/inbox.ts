// What peers sent for the control plane and what wasn't looked at yet, fairly by peer. A verification takes
// 0.1 ms and more, so frames are taken in here, and the work is done in pieces.
import type { Announcement, Bootstrap, BootstrapFrame, Broadcast, BroadcastFrame } from '@snek/wire'
import type { ControlLimits } from './limits.ts'
import { TokenBucket } from './token-bucket.ts'

export type Job =
  | {
      readonly type: 'announcement'
      readonly announcement: Announcement
      /** How many entries were verified; undefined before anything was checked. */
      verified: number | undefined
    }
  | { readonly type: 'bootstrap'; readonly frame: BootstrapFrame; readonly bootstrap: Bootstrap }
  | { readonly type: 'broadcast'; readonly frame: BroadcastFrame; readonly broadcast: Broadcast }

/**
 * An announcement counts once for so many of its entries: each is a signature, and a tree is rarely that deep. So
 * a peer costs 500 verifications a second at most, 70 ms, whatever it announces.
 */
const ENTRIES_PER_COUNT = 25

export interface InboxCounters {
  /** Announcements that a later one replaced before they were looked at. */
  announcements_merged: number
  bootstraps_over_rate: number
  broadcasts_over_rate: number
  backlog_full: number
}

interface PeerInbox {
  readonly port: number
  readonly jobs: Job[]
  readonly announcements: TokenBucket
  readonly bootstraps: TokenBucket
  readonly broadcasts: TokenBucket
  /** Whether an announcement is among the jobs. */
  hasAnnouncement: boolean
  /** The latest one beyond the rate, or that came while another one waits. */
  deferred: Announcement | undefined
}

export class Inbox {
  readonly counters: InboxCounters = {
    announcements_merged: 0,
    bootstraps_over_rate: 0,
    broadcasts_over_rate: 0,
    backlog_full: 0,
  }
  readonly #limits: ControlLimits
  readonly #peers = new Map<number, PeerInbox>()
  /** Those with jobs, the next one first. */
  readonly #ready = new Set<PeerInbox>()
  /** Those with a deferred announcement. */
  readonly #deferring = new Set<PeerInbox>()

  constructor(limits: ControlLimits) {
    this.#limits = limits
  }

  addPeer(port: number, now: number): void {
    const { announcementsPerSecond, bootstrapsPerSecond, broadcastsPerSecond } = this.#limits
    this.#peers.set(port, {
      port,
      jobs: [],
      announcements: new TokenBucket(announcementsPerSecond, now),
      bootstraps: new TokenBucket(bootstrapsPerSecond, now),
      broadcasts: new TokenBucket(broadcastsPerSecond, now),
      hasAnnouncement: false,
      deferred: undefined,
    })
  }

  removePeer(port: number): void {
    const peer = this.#peers.get(port)
    if (peer === undefined) return
    this.#peers.delete(port)
    this.#ready.delete(peer)
    this.#deferring.delete(peer)
  }

  get isEmpty(): boolean {
    return this.#ready.size === 0
  }

  /** The payload is kept. */
  pushAnnouncement(port: number, announcement: Announcement, now: number): void {
    const peer = this.#peers.get(port)
    if (peer === undefined) return
    if (peer.deferred !== undefined) this.counters.announcements_merged += 1
    peer.deferred = announcement
    const job = this.#admitAnnouncement(peer, now)
    if (job) this.push(port, job)
  }

  /** Whether a bootstrap of that peer is within bounds now; if so, it counts. */
  admitsBootstrap(port: number, now: number): boolean {
    return this.#admits(port, 'bootstraps', now)
  }

  /** As `admitsBootstrap`. */
  admitsBroadcast(port: number, now: number): boolean {
    return this.#admits(port, 'broadcasts', now)
  }

  push(port: number, job: Job): void {
    const peer = this.#peers.get(port)
    if (peer === undefined) return
    peer.jobs.push(job)
    this.#ready.add(peer)
  }

  /** The next job, which stays until `done`; its peer's turn is over. */
  next(): { port: number; job: Job } | undefined {
    const [peer] = this.#ready
    const job = peer?.jobs[0]
    if (peer === undefined || job === undefined) return undefined
    this.#ready.delete(peer)
    this.#ready.add(peer)
    return { port: peer.port, job }
  }

  /** Removes the job that `next` gave for this port. */
  done(port: number, now: number): void {
    const peer = this.#peers.get(port)
    if (peer === undefined) return
    const job = peer.jobs.shift()
    if (job?.type === 'announcement') {
      peer.hasAnnouncement = false
      this.#pushDeferred(peer, now)
    }
    if (peer.jobs.length === 0) this.#ready.delete(peer)
  }

  /** When `handleTimeout` has something to do, in ms since the Unix epoch. */
  nextTimeout(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { announcements, hasAnnouncement } of this.#deferring) {
      if (!hasAnnouncement) next = Math.min(next, announcements.nextAt)
    }
    return next
  }

  handleTimeout(now: number): void {
    for (const peer of this.#deferring) this.#pushDeferred(peer, now)
  }

  /** Before what came after it, which may need to know of it. */
  #pushDeferred(peer: PeerInbox, now: number): void {
    const job = this.#admitAnnouncement(peer, now)
    if (job === undefined) return
    peer.jobs.unshift(job)
    this.#ready.add(peer)
  }

  #admitAnnouncement(peer: PeerInbox, now: number): Job | undefined {
    const announcement = peer.deferred
    if (announcement === undefined) return undefined
    const count = Math.ceil(announcement.entries.length / ENTRIES_PER_COUNT)
    if (peer.hasAnnouncement || !peer.announcements.take(now, count)) {
      this.#deferring.add(peer)
      return undefined
    }
    this.#deferring.delete(peer)
    peer.deferred = undefined
    peer.hasAnnouncement = true
    return { type: 'announcement', announcement, verified: undefined }
  }

  #admits(port: number, kind: 'bootstraps' | 'broadcasts', now: number): boolean {
    const peer = this.#peers.get(port)
    if (peer === undefined) return false
    if (peer.jobs.length >= this.#limits.backlog) {
      this.counters.backlog_full += 1
      return false
    }
    if (peer[kind].take(now)) return true
    this.counters[`${kind}_over_rate`] += 1
    return false
  }
}
