// What HTTP needs of the overlay: sessions between keys, and streams in them. A node is one such network.
import type { Key } from '@snek/wire'

/** One bidirectional stream. Cancelling or aborting a side resets that direction. */
export interface HttpStream {
  readonly readable: ReadableStream<Uint8Array>
  /** Closing it half-closes the stream: the other side reads its end and may still send. */
  readonly writable: WritableStream<Uint8Array>
}

export interface HttpSession {
  readonly remoteKey: Key
  /** The streams that the other side opens. */
  readonly streams: AsyncIterable<HttpStream>
  /** Settles when the session is over, either way. */
  readonly closed: Promise<unknown>
  openStream(options?: { signal?: AbortSignal }): Promise<HttpStream>
  close(reason?: Error): Promise<void>
  /** We dialled it and have done with it. Undefined if it stays open, for the other side's streams. */
  release(): Promise<void> | undefined
}

/** Sessions that others open to us. Closing it stops listening. */
export interface HttpListener extends AsyncIterable<HttpSession> {
  close(): Promise<void>
}

export interface HttpNetwork {
  /** Our own key, which others reach us at. */
  readonly key: Key
  dial(key: Key, protocol: string, options?: { signal?: AbortSignal }): Promise<HttpSession>
  listen(protocol: string): HttpListener | Promise<HttpListener>
}
