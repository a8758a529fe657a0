import type { ByteStream } from './byte-stream.ts'
import { TransportError } from './errors.ts'

export interface Listener {
  /** The address that others dial, with the port that was really taken. */
  readonly uri: string
  /** Stops listening. Streams that were accepted stay open. */
  close(): Promise<void>
}

export interface DialOptions {
  /** Gives up at once, rejecting with the signal's reason. A stream that was dialled is not affected. */
  signal?: AbortSignal | undefined
}

/** One way of carrying peerings, e.g. TCP. Errors are `TransportError`s. */
export interface Transport {
  /** URI schemes without the colon: `['tcp']`. */
  readonly schemes: readonly string[]
  dial(uri: URL, options?: DialOptions): Promise<ByteStream>
  /** Port 0 takes a free one. `onStream` owns the streams that it is given. */
  listen?(uri: URL, onStream: (stream: ByteStream) => void): Promise<Listener>
}

/**
 * The transport that carries `uri`, and the URI parsed. Throws `address-unusable` for what isn't a URI and
 * `unsupported-scheme` where no transport carries it.
 */
export function selectTransport<T extends Pick<Transport, 'schemes'>>(
  transports: readonly T[],
  uri: string,
): { transport: T; url: URL } {
  if (!URL.canParse(uri)) {
    throw new TransportError('address-unusable', `${uri} isn't a URI: write scheme://host:port`)
  }
  const url = new URL(uri)
  const scheme = url.protocol.slice(0, -1)
  const transport = transports.find((candidate) => candidate.schemes.includes(scheme))
  if (transport === undefined) {
    const known = transports.flatMap((candidate) => candidate.schemes).map((name) => `${name}://`)
    throw new TransportError(
      'unsupported-scheme',
      `${uri}: no transport for ${scheme}://; there is ${known.join(', ')}`,
    )
  }
  return { transport, url }
}
