import type { Key, Root, WireError } from '@snek/wire'

/** What changed, for whoever watches a router. Rare; nothing of the hot path is here. */
export interface ControlEvents {
  /** Undefined: the node is its own root. */
  parentchange: { readonly parent: Key | undefined; readonly port: number | undefined }
  /** The next lower key that the snake knows of. */
  descendingchange: { readonly descending: Key | undefined; readonly port: number | undefined }
  /** What we announce: our place in the tree. `time` in ms since the Unix epoch. */
  announcementchange: {
    readonly root: Root
    readonly coordinates: readonly bigint[]
    readonly time: number
  }
  routeadded: { readonly key: Key; readonly port: number }
  routeremoved: { readonly key: Key }
  /** A node woke up. `sequence`: its time in ms since the Unix epoch. */
  broadcast: { readonly key: Key; readonly sequence: bigint }
}

export type ControlEvent = {
  [Name in keyof ControlEvents]: { readonly name: Name; readonly detail: ControlEvents[Name] }
}[keyof ControlEvents]

/** What the control plane wants done. */
export type Output =
  | { readonly type: 'send'; readonly port: number; readonly frame: Uint8Array }
  | { readonly type: 'event'; readonly event: ControlEvent }
  /** The peer broke the protocol. */
  | { readonly type: 'end'; readonly port: number; readonly error: WireError }

export type Emit = (output: Output) => void
