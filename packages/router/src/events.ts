import type { Key } from '@snek/wire'
import type { ControlEvents } from './outputs.ts'
import type { PeerType } from './peering.ts'

/** Bytes by what they were for: keeping the network together, or traffic. */
export interface ByteCounts {
  readonly protocol: number
  readonly traffic: number
}

/** What went over one peering in a minute. */
export interface PeerBandwidth {
  readonly port: number
  readonly key: Key
  readonly in: ByteCounts
  readonly out: ByteCounts
}

/** What a router tells of itself. */
export interface RouterEvents extends ControlEvents {
  peeradded: {
    readonly port: number
    readonly key: Key
    readonly type: PeerType
    readonly uri: string
    readonly zone: string | undefined
  }
  /** `error`: what broke it; undefined, if it ended in order. */
  peerremoved: {
    readonly port: number
    readonly key: Key
    readonly uri: string
    readonly error: Error | undefined
  }
  /** Each minute. */
  bandwidth: { readonly peers: readonly PeerBandwidth[] }
}
