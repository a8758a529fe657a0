// What the pages and the one node behind them say to each other: all of it, and all plain data. It goes over
// a BroadcastChannel, so that every tab is served alike, whichever of them runs the node.
import type { RouterSnapshot } from '@snek/router'

export const CHANNEL = 'snek'

/** The Web Lock that whoever runs the node holds. */
export const NODE_LOCK = 'snek-node'

/** What can be asked of the node. Keys are hex. Each may be asked twice with the same effect as once. */
export interface Methods {
  /** All that a tab has to know at its start. */
  sync(): Everything
  /** Makes an identity and starts. */
  createIdentity(): void
  /** Starts with the identity of a seed, as 64 hex digits. */
  importIdentity(seed: string): void
  /** The seed, as 64 hex digits. */
  exportIdentity(): string
  /** Stops, and forgets the identity. Contacts and peers stay. */
  forgetIdentity(): void
  addPeer(uri: string): void
  removePeer(uri: string): void
  /** Addresses of STUN servers, as people write them; empty: none is asked. */
  setStunServers(text: string): void
  /** Dials everybody at once who isn't connected. */
  wake(): void
  /** Adds a contact, or renames one. */
  saveContact(key: string, name: string): void
  /** Forgets a contact and the conversation with it. */
  removeContact(key: string): void
  blockContact(key: string, blocked: boolean): void
  /** The conversation, which counts as read from now on. */
  readConversation(key: string): readonly Item[]
  sendText(key: string, id: string, text: string): void
  /** Offers a file; with the id of one that was interrupted, goes on with it. */
  dropFile(key: string, id: string, file: File): void
  answerOffer(key: string, id: string, accept: boolean): void
  cancelTransfer(key: string, id: string): void
  /** A file that was received. */
  receivedFile(key: string, id: string): File
  /** A resource of an overlay HTTP service. */
  fetch(url: string): Fetched
  /** What others get at `http://OUR-KEY/`: text or HTML; empty: nothing is served. */
  setPage(text: string): void
}

export type Method = keyof Methods

export interface Everything {
  readonly status: NodeStatus
  readonly contacts: readonly Contact[]
  readonly samples: readonly Sample[]
  readonly events: readonly NodeEvent[]
}

export interface NodeStatus {
  /** `none`: there is no identity yet. `damaged`: what is stored of it can't be read. */
  readonly phase: 'none' | 'starting' | 'running' | 'damaged' | 'failed'
  /** Why it failed or what is damaged. */
  readonly problem?: string
  readonly key?: string
  readonly peers: readonly PeerStatus[]
  readonly snapshot?: RouterSnapshot
  readonly page: string
  /** Asked when a direct link is made: which address do others see? */
  readonly stunServers: readonly string[]
  /** Whether the browser promised to keep what is stored. */
  readonly persisted: boolean
}

/** A peer that someone asked for, by its address. */
export interface PeerStatus {
  readonly uri: string
  readonly state: 'dialling' | 'connected' | 'waiting'
  readonly key?: string
  /** When it is dialled next, in ms since the Unix epoch. */
  readonly retryAt?: number
  readonly problem?: string
}

export interface Contact {
  readonly key: string
  readonly name: string
  /** `asked`: they wrote to us, and we haven't said yes. */
  readonly standing: 'contact' | 'asked' | 'blocked'
  readonly presence: 'unknown' | 'reaching' | 'online' | 'away'
  /** Linked by WebRTC, whoever else may be gone. */
  readonly direct: boolean
  readonly unread: number
  /** When something was last said, in ms since the Unix epoch. */
  readonly lastTime: number
}

export type Item = TextItem | FileItem

interface Common {
  readonly id: string
  readonly mine: boolean
  /** In ms since the Unix epoch, by the clock of whoever sent it. */
  readonly time: number
}

export interface TextItem extends Common {
  readonly type: 'text'
  readonly text: string
  readonly state: 'waiting' | 'delivered'
}

export interface FileItem extends Common {
  readonly type: 'file'
  readonly name: string
  /** In bytes. */
  readonly size: number
  readonly moved: number
  /**
   * `offered`: the receiver hasn't answered. `paused`: goes on by itself. `interrupted`: goes on when the
   * sender chooses the file again.
   */
  readonly state:
    | 'offered'
    | 'moving'
    | 'paused'
    | 'interrupted'
    | 'done'
    | 'declined'
    | 'cancelled'
    | 'failed'
  readonly sha256?: string
  readonly problem?: string
}

export interface Fetched {
  readonly url: string
  readonly status: number
  readonly statusText: string
  readonly contentType: string
  readonly body: Blob
}

/** Once a second. */
export interface Sample {
  /** In ms since the Unix epoch. */
  readonly time: number
  /** Bytes a second over all peerings. */
  readonly bytesIn: number
  readonly bytesOut: number
  readonly sessions: readonly SessionSample[]
}

export interface SessionSample {
  /** Tells sessions with one key apart. */
  readonly id: number
  readonly key: string
  readonly protocol: string
  readonly rtt: number | undefined
  /** Bytes a second. */
  readonly bytesIn: number
  readonly bytesOut: number
}

export interface NodeEvent {
  readonly time: number
  readonly name: string
  readonly text: string
}

/** What the node tells every tab without being asked. */
export type Push =
  /** It has just begun: whatever was asked of one before is asked again. */
  | { readonly type: 'started' }
  | { readonly type: 'status'; readonly status: NodeStatus }
  | { readonly type: 'contacts'; readonly contacts: readonly Contact[] }
  | { readonly type: 'item'; readonly key: string; readonly item: Item }
  | { readonly type: 'sample'; readonly sample: Sample }
  | { readonly type: 'event'; readonly event: NodeEvent }
  /** Something that people should know, in words. */
  | { readonly type: 'trouble'; readonly text: string }

export type Request = {
  [M in Method]: {
    readonly to: 'node'
    readonly from: string
    readonly id: string
    readonly method: M
    readonly args: Parameters<Methods[M]>
  }
}[Method]

export type Message =
  | Request
  | { readonly to: 'tabs'; readonly push: Push }
  | { readonly to: string; readonly id: string; readonly result: unknown }
  | { readonly to: string; readonly id: string; readonly problem: string }
