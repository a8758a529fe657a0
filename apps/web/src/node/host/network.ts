// What the services of the page need of a node: sessions between keys.
import type { Key } from '@snek/wire'

export interface Stream {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

export interface Session {
  readonly remoteKey: Key
  readonly streams: AsyncIterable<Stream>
  readonly closed: Promise<unknown>
  openStream(options?: { signal?: AbortSignal }): Promise<Stream>
  close(reason?: Error): Promise<void>
}

export interface Network {
  readonly key: Key
  dial(key: Key, protocol: string, options?: { signal?: AbortSignal }): Promise<Session>
  listen(protocol: string): AsyncIterable<Session>
}

/** A stream alone in its session, as far as whoever opened it knows. @snek/node's `PeerStream` is one. */
export interface LoneStream extends Stream {
  readonly remoteKey: Key
  readonly closed: Promise<void>
  close(reason?: Error): Promise<void>
}

/** @snek/node's `StreamNetwork` is one. */
export interface LoneStreams {
  open(key: Key, protocol: string, options?: { signal?: AbortSignal }): Promise<LoneStream>
  listen(protocol: string): Promise<AsyncIterable<LoneStream> & { close(): Promise<void> }>
}
