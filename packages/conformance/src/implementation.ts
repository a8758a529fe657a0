import type {
  Announcement,
  AnnouncementEntry,
  Bootstrap,
  Coordinates,
  Frame,
  Handshake,
  Key,
  Root,
  Signer,
  Verify,
  Watermark,
} from '@snek/wire'

/** What the cases are run against. What an implementation lacks isn't asked of it. */
export interface Implementation {
  readonly name: string
  readonly codecs: Codecs
  readonly signers?: Signers
  readonly verify?: Verify
  readonly announcementAction?: (input: AnnouncementInput) => string
  readonly readStream?: (chunks: readonly Uint8Array[]) => StreamOutcome
  readonly nextHops?: NextHops
}

/** As in @snek/wire: they throw WireErrors. */
export interface Codecs {
  encodeVaru64(value: bigint): Uint8Array
  decodeVaru64(bytes: Uint8Array): { value: bigint; end: number }
  encodeCoordinates(coordinates: Coordinates): Uint8Array
  decodeCoordinates(bytes: Uint8Array): { coordinates: Coordinates; end: number }
  treeDistance(a: Coordinates, b: Coordinates): number
  encodeFrame(frame: Frame): Uint8Array
  decodeFrame(bytes: Uint8Array): Frame
  decodeHandshake(bytes: Uint8Array, verify: Verify, ownKey?: Key): Handshake
  decodeAnnouncement(payload: Uint8Array): Announcement
  checkAnnouncement(announcement: Announcement, peerKey: Key, verify: Verify, last?: Root): void
  decodeBootstrap(payload: Uint8Array): Bootstrap
  decodeBroadcast(payload: Uint8Array): Bootstrap
}

/** Writers of what is signed. */
export interface Signers {
  encodeHandshake(identity: Signer, options?: { challenge?: boolean }): Uint8Array
  answerChallenge(challenge: Uint8Array, challenger: Key, identity: Signer): Uint8Array
  checkChallengeAnswer(
    answer: Uint8Array,
    challenge: Uint8Array,
    challenger: Key,
    answerer: Key,
    verify: Verify,
  ): void
  appendAnnouncementEntry(base: Uint8Array | Root, port: bigint, signer: Signer): Uint8Array
  encodeBootstrap(sequence: bigint, root: Root, signer: Signer): Uint8Array
  encodeBroadcast(sequence: bigint, root: Root, signer: Signer): Uint8Array
}

export interface AnnouncementInput {
  readonly senderIsParent: boolean
  readonly containsLoop: boolean
  /** Below, at or above 0 as the announced root key is to the one followed. */
  readonly rootKeyCompare: number
  readonly newSequence: bigint
  readonly lastSequence: bigint
}

/** What a peering makes of bytes. */
export interface StreamOutcome {
  /** Those of the types that the implementation shows. */
  readonly frames: readonly Uint8Array[]
  readonly shows: readonly Frame['type'][]
  readonly error: { readonly code: string; readonly offset: number } | undefined
}

export interface PeerState {
  readonly port: number
  readonly key: Key
  /** Peer type, 0 to 4. */
  readonly type: number
  readonly started: boolean
  readonly announcement:
    | {
        readonly root: Root
        readonly entries: readonly Pick<AnnouncementEntry, 'port' | 'key'>[]
        readonly receiveOrder: number
      }
    | undefined
}

export interface RouteState {
  readonly key: Key
  readonly sequence: bigint
  readonly sourcePort: number
  readonly expired: boolean
}

export interface SnakeLookup {
  readonly key: Key
  readonly peers: readonly PeerState[]
  readonly routes: readonly RouteState[]
  readonly parentPort: number | undefined
  readonly destination: Key
  readonly watermark: Watermark
  readonly bootstrap: boolean
}

export interface TreeLookup {
  readonly peers: readonly PeerState[]
  readonly parentPort: number | undefined
  readonly coordinates: Coordinates
  readonly destination: Coordinates
  readonly fromPort: number
}

/** Ports: 0 is the node itself, undefined nowhere. */
export interface NextHops {
  snake(lookup: SnakeLookup): { readonly port: number | undefined; readonly watermark: Watermark }
  tree(lookup: TreeLookup): number | undefined
}
