/** What a byte stream tells its one reader. All callbacks come after `start` returned, never inside `write`. */
export interface ByteStreamHandlers {
  /** `chunk` is only valid during the call: the stream may reuse its memory. */
  onData(chunk: Uint8Array): void
  /** After a `write` returned false: there is room again. */
  onDrain(): void
  /**
   * Exactly once, last, whichever side closed. With a `TransportError` if the stream broke; without one if
   * it ended in order, or if `close` was called on this side.
   */
  onClose(error?: Error): void
}

/**
 * A reliable, ordered stream of bytes: what a peering runs over (PROTOCOL.md section 2). Chunk boundaries
 * mean nothing. There is no half-close: when one side ends, so does the other. Callbacks instead of Web
 * Streams, because every byte that a relay passes comes through here.
 */
export interface ByteStream {
  /** Where it leads, for people and logs: `tcp://127.0.0.1:40001`. */
  readonly uri: string
  /** Begins to deliver; called exactly once. Until then nothing is lost, and little is buffered. */
  start(handlers: ByteStreamHandlers): void
  /**
   * `chunk` is only needed during the call: the stream copies what it can't send at once. False means that the
   * buffer is full: stop until `onDrain`. A chunk written after false is still sent. After a close it is dropped.
   */
  write(chunk: Uint8Array): boolean
  /**
   * Ends it: bytes that were written are still sent, for a second at most. Nothing more is delivered but
   * `onClose`, later. Safe to call before `start`, and again.
   */
  close(): void
}

/** How long bytes written before a `close` may take to leave, in milliseconds. */
export const CLOSE_LIMIT = 1000
