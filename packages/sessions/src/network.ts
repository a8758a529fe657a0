import type { Key } from '@snek/wire'

/** What became of a datagram; `sent` doesn't say that it arrives. */
export type SendResult = 'sent' | 'no-route' | 'too-long' | 'queue-full'

/** What carries sessions: datagrams between keys, which may be lost, doubled and reordered. A `Router` is one. */
export interface DatagramNetwork {
  /** Our own. */
  readonly key: Key
  /** Set by `createSessions`. `payload` is valid during the call. */
  onDatagram: (from: Key, payload: Uint8Array) => void
  /** `payload` is valid during the call. */
  send(to: Key, payload: Uint8Array): SendResult
  /** The way to a key may be gone: look for another. */
  forgetCoordinates(key: Key): void
}
