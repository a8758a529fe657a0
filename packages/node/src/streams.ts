// Streams between keys, whoever carries them: a node in this process, or a running one behind its admin socket.
import type { Key } from '@snek/wire'

/** One bidirectional stream, alone in a session of its own. */
export interface PeerStream {
  /** The other end's key, as its session proved it. */
  readonly remoteKey: Key
  readonly readable: ReadableStream<Uint8Array>
  /** Closing it half-closes the stream: the other side reads its end and may still send. */
  readonly writable: WritableStream<Uint8Array>
  /** Resolves when the session ended in order, by either side; rejects with a `SnekError` otherwise. */
  readonly closed: Promise<void>
  /** Ends the session. With a reason it is cut: the other side sees a failure, never an end of stream. */
  close(reason?: Error): Promise<void>
}

/** Streams that others open to us, for one protocol. Closing it stops listening; streams stay open. */
export interface IncomingStreams extends AsyncIterable<PeerStream>, AsyncDisposable {
  close(): Promise<void>
}

export interface StreamNetwork {
  /** The key that others reach us at. */
  readonly key: Key
  open(key: Key, protocol: string, options?: { signal?: AbortSignal }): Promise<PeerStream>
  listen(protocol: string): Promise<IncomingStreams>
}
