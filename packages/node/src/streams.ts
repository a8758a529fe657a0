// Streams between keys, whoever carries them: a node in this process, or a running one behind its admin socket.
import type { Key } from '@snek/wire'

/** One bidirectional stream, in a session that it may share with other streams of the same protocol. */
export interface PeerStream {
  /** The other end's key, as the session proved it. */
  readonly remoteKey: Key
  /** Ends when the other side closed its half. Fails with a `SnekError` if it was cut, or the session lost. */
  readonly readable: ReadableStream<Uint8Array>
  /**
   * Closing it half-closes the stream: the other side reads its end and may still send. Fails as `readable`
   * does, also while nobody writes.
   */
  readonly writable: WritableStream<Uint8Array>
  /**
   * Has done with it. Without a reason, in order: the writable was closed before, and is still delivered. With
   * one the stream is cut: the other side sees a failure, never an end.
   */
  close(reason?: Error): Promise<void>
}

/** Streams that others open to us, for one protocol. Closing it cuts those that wait; others stay open. */
export interface IncomingStreams extends AsyncIterable<PeerStream>, AsyncDisposable {
  close(): Promise<void>
}

export interface StreamNetwork {
  /** The key that others reach us at. */
  readonly key: Key
  open(key: Key, protocol: string, options?: { signal?: AbortSignal }): Promise<PeerStream>
  listen(protocol: string): Promise<IncomingStreams>
}
