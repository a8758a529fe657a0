import type { ByteStream } from './byte-stream.ts'

export interface Listener {
  /** The address that others dial, with the port that was really taken. */
  readonly uri: string
  /** Stops listening. Streams that were accepted stay open. */
  close(): Promise<void>
}

/** One way of carrying peerings, e.g. TCP. Errors are `TransportError`s. */
export interface Transport {
  /** URI schemes without the colon: `['tcp']`. */
  readonly schemes: readonly string[]
  dial(uri: URL, options?: { signal?: AbortSignal }): Promise<ByteStream>
  listen?(uri: URL, onStream: (stream: ByteStream) => void): Promise<Listener>
}
