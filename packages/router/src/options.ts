import type { Identity } from '@snek/identity'
import type { Clock, Logger } from '@snek/platform'
import type { Verify } from '@snek/wire'
import type { RouterLimits } from './limits.ts'
import type { PeerType } from './peering.ts'

export interface RouterOptions {
  identity: Identity
  /** The system's by default. */
  clock?: Clock
  logger?: Logger
  /** For challenges, and for where in a second the router does its maintenance; the platform's by default. */
  random?: (length: number) => Uint8Array
  /** Drops traffic at the end of its hop limit; off by default, as in the reference. */
  hopLimiting?: boolean
  /** Sends wake-up broadcasts each minute; off by default. They are received in any case. */
  wakeUpBroadcasts?: boolean
  /**
   * Refuses peers that don't answer a challenge, which the Go implementation doesn't; off by default. Those that
   * do are challenged in any case.
   */
  requireChallenge?: boolean
  limits?: Partial<RouterLimits>
  /** How signatures are verified; as @snek/identity does by default. */
  verify?: Verify
}

export interface ConnectOptions {
  type: PeerType
  /** The interface or network that the peer was found on. */
  zone?: string
  /** Where the stream leads, if its own URI doesn't say. */
  uri?: string
  /**
   * We chose the peer and opened the stream: it isn't refused for what others have opened. False by default.
   */
  dialled?: boolean
  /** Gives up the handshake. A peering that has started is not affected. */
  signal?: AbortSignal
}
