// What every fetch over the overlay has in common, whoever writes and parses the messages.
import { type Clock, systemClock } from '@snek/platform'
import type { Key } from '@snek/wire'
import type { HttpNetwork } from './network.ts'
import { keyOf } from './overlay-url.ts'
import { SessionCache, type StreamLease } from './session-cache.ts'

export interface FetchOptions {
  /** The protocol name to dial; `http` by default. */
  protocol?: string
  clock?: Clock
}

/**
 * Like the platform's `fetch`, for `http://KEY/…`. Rejects with the signal's reason, an `HttpError`, or the
 * `SnekError` of the dial or session that failed.
 */
export interface OverlayFetch extends AsyncDisposable {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>
  /** Closes the sessions that are kept for later requests, and with them requests that aren't done. */
  close(): Promise<void>
}

/** Opens a stream for one request. */
export type OpenStream = (key: Key) => Promise<StreamLease>

/** Sends a request over streams that it opens, and gives the response as soon as its head is there. */
export type Exchange = (request: Request, init: RequestInit, openStream: OpenStream) => Promise<Response>

export function makeFetch(network: HttpNetwork, options: FetchOptions, exchange: Exchange): OverlayFetch {
  const { protocol = 'http', clock = systemClock() } = options
  const sessions = new SessionCache(network, { protocol, clock })

  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(input, init)
    keyOf(new URL(request.url))
    let lease: StreamLease | undefined
    const openStream: OpenStream = async (key) => {
      lease = await sessions.openStream(key, request.signal)
      return lease
    }
    try {
      return await exchange(request, init, openStream)
    } catch (error) {
      // The other side may have restarted: its old session takes what is sent, and answers nothing.
      if (!lease?.wentStale() || !isRepeatable(request) || request.signal.aborted) throw error
      return await exchange(request, init, openStream)
    }
  }
  const close = (): Promise<void> => sessions.close()
  return Object.assign(fetch, { close, [Symbol.asyncDispose]: close })
}

function isRepeatable({ method, body }: Request): boolean {
  return body === null && ['GET', 'HEAD', 'OPTIONS'].includes(method)
}
