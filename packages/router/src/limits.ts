import type { ForwardingLimits } from '@snek/forwarding'

/** What the control plane takes from peers at most. Beyond a rate's burst, which is one second's worth, what is said happens. */
export interface ControlLimits {
  /**
   * Announcements of one peer (20 a second), a long one as one for each 25 of its entries. Beyond, and while one waits
   * to be verified, only the latest is kept, until its turn comes: counter `announcements_merged`.
   */
  readonly announcementsPerSecond: number
  /** Bootstraps of one peer (1,000 a second). Beyond, they are dropped: `bootstraps_over_rate`. */
  readonly bootstrapsPerSecond: number
  /** Wake-up broadcasts of one peer (50 a second). Beyond, they are dropped: `broadcasts_over_rate`. */
  readonly broadcastsPerSecond: number
  /**
   * Frames of one peer that wait to be verified (1,024). Beyond, bootstraps and broadcasts are dropped:
   * `backlog_full`.
   */
  readonly backlog: number
  /**
   * Nodes whose latest broadcast is remembered (4,096). When full, the one heard first is forgotten:
   * `broadcasts_forgotten`.
   */
  readonly seenBroadcasts: number
}

/**
 * How many peerings there are at most. A stream beyond is closed with a `PeeringError`. What we dialled isn't limited
 * so, and has 16 of the ports to itself.
 */
export interface PeeringLimits {
  /** In their handshake (128): `too-many-handshakes`. */
  readonly handshakes: number
  /** In their handshake, over streams from one host (16): `too-many-handshakes`. */
  readonly handshakesPerAddress: number
  /** With one key (16): `too-many-peerings-with-key`. */
  readonly peeringsPerKey: number
  /**
   * Over streams from one host, in their handshake or started (128): `too-many-peerings-from-address`. Of IPv6 addresses
   * those that share their first 64 bits are one.
   */
  readonly peeringsPerAddress: number
}

/** All that is bounded, besides the number of ports, 253. */
export interface RouterLimits extends ForwardingLimits, ControlLimits, PeeringLimits {}

export const DEFAULT_LIMITS: ControlLimits & PeeringLimits = Object.freeze({
  announcementsPerSecond: 20,
  bootstrapsPerSecond: 1000,
  broadcastsPerSecond: 50,
  backlog: 1024,
  seenBroadcasts: 4096,
  handshakes: 128,
  handshakesPerAddress: 16,
  peeringsPerKey: 16,
  peeringsPerAddress: 128,
})
