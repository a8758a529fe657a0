// fetch on Node: the platform's own, over streams of the overlay.
import type { Socket } from 'node:net'
import { SnekError } from '@snek/platform'
import type { Client as ClientType, Dispatcher as DispatcherType } from 'undici'
// By themselves: the index would replace the dispatcher of the platform's fetch.
import errors from 'undici/lib/core/errors.js'
import Client from 'undici/lib/dispatcher/client.js'
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js'
import { HttpError } from '../errors.ts'
import { type FetchOptions, makeFetch, type OpenStream, type OverlayFetch } from '../make-fetch.ts'
import type { HttpNetwork } from '../network.ts'
import { keyOf, parseHost } from '../overlay-url.ts'
import { type StreamSocket, toDuplex } from './duplex.ts'

/** A `fetch` that reaches `http://KEY/…` through a network, usually a node. */
export function createFetch(network: HttpNetwork, options: FetchOptions = {}): OverlayFetch {
  return makeFetch(network, options, async (request, _init, openStream) => {
    const dispatcher = new StreamDispatcher(openStream)
    try {
      return await fetch(request, { dispatcher } as unknown as RequestInit)
    } catch (error) {
      throw request.signal.aborted ? request.signal.reason : unwrap(error)
    }
  })
}

const MALFORMED = [errors.HTTPParserError, errors.ResponseContentLengthMismatchError]

/** One stream a request, so nothing is pooled here: sessions are, below. */
class StreamDispatcher extends Dispatcher {
  readonly #openStream: OpenStream

  constructor(openStream: OpenStream) {
    super()
    this.#openStream = openStream
  }

  override dispatch(
    options: DispatcherType.DispatchOptions,
    handler: DispatcherType.DispatchHandler,
  ): boolean {
    const url = new URL(String(options.origin))
    const client: ClientType = new Client(hexOrigin(url), {
      // Signals are for timeouts, and sessions notice a peer that is gone.
      headersTimeout: 0,
      bodyTimeout: 0,
      pipelining: 0, // Connection: close
      connect: (_, callback) => {
        const onSocket = (socket: StreamSocket): void => {
          // Lest it open another one when the request was aborted.
          socket.once('close', () => void client.destroy())
          callback(null, socket as unknown as Socket)
        }
        this.#connect(url).then(onSocket, (error: Error) => callback(error, null))
      },
    })
    return client.dispatch({ ...options, origin: hexOrigin(url) }, handler)
  }

  async #connect(url: URL): Promise<StreamSocket> {
    const key = keyOf(url)
    const lease = await this.#openStream(key)
    const socket = toDuplex(lease.stream, key).once('close', lease.release)
    lease.onClose = (reason) => socket.destroy(reason)
    return socket
  }
}

/** The other side is told its key in hex, however the URL spells it. For a URL without, connecting fails. */
function hexOrigin(url: URL): string {
  const key = parseHost(url.hostname)
  return key === undefined ? url.origin : `http://${key.hex}`
}

/** The platform's fetch hides what happened in a cause. */
function unwrap(error: unknown): unknown {
  const cause = error instanceof TypeError ? error.cause : undefined
  if (!(cause instanceof Error)) return error
  if (cause instanceof SnekError) return cause
  if (cause instanceof errors.HeadersOverflowError) {
    return new HttpError('head-too-large', 'the head of the response is too large', { cause })
  }
  if (MALFORMED.some((type) => cause instanceof type)) {
    return new HttpError('malformed', `not HTTP/1.1: ${cause.message}`, { cause })
  }
  if (cause instanceof errors.SocketError) {
    return new HttpError('connection-lost', `the stream ended too early: ${cause.message}`, { cause })
  }
  return error
}
