// HTTP over the overlay, both ways: what others serve, and a page of our own.
import { createFetch, type HttpNetwork, type HttpService, type OverlayFetch, serveHttp } from '@snek/http'
import type { Fetched } from '../protocol.ts'
import { HostError } from './errors.ts'

export const HTTP_PROTOCOL = 'http'

/** A response's body, in bytes, and how long it may take in all, in milliseconds. */
const BODY_LIMIT = 32 * 1024 * 1024
const TIME_LIMIT = 30_000
/** Our own page, in characters. */
export const PAGE_LIMIT: number = 64 * 1024

const LOOKS_LIKE_HTML = /^\s*<(?:!doctype|html|head|body|[a-z][a-z0-9]*[\s>])/i

export class Web {
  readonly #fetch: OverlayFetch
  readonly #service: Promise<HttpService>
  #page: string

  constructor(network: HttpNetwork, page: string) {
    this.#page = page
    this.#fetch = createFetch(network, { protocol: HTTP_PROTOCOL })
    this.#service = serveHttp(network, HTTP_PROTOCOL, (request) => this.#answer(request))
    this.#service.catch(() => undefined) // `close` tells
  }

  get page(): string {
    return this.#page
  }

  set page(text: string) {
    if (text.length > PAGE_LIMIT)
      throw new HostError('too-long', `A page has at most ${PAGE_LIMIT} characters.`)
    this.#page = text
  }

  async fetch(url: string): Promise<Fetched> {
    const response = await this.#fetch(url, { signal: AbortSignal.timeout(TIME_LIMIT) }).catch(
      (error: unknown) => {
        if (error instanceof DOMException && error.name === 'TimeoutError') {
          throw new HostError('timed-out', 'No answer within half a minute.')
        }
        throw error
      },
    )
    const contentType = response.headers.get('content-type') ?? 'application/octet-stream'
    return {
      url: response.url || url,
      status: response.status,
      statusText: response.statusText,
      contentType,
      body: await readBody(response, contentType),
    }
  }

  async close(): Promise<void> {
    await this.#fetch.close()
    await this.#service.then((service) => service.close())
  }

  #answer(request: Request): Response {
    const { pathname } = new URL(request.url)
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response('', { status: 405 })
    if (this.#page === '' || pathname !== '/') return new Response('Nothing here.\n', { status: 404 })
    const type = LOOKS_LIKE_HTML.test(this.#page) ? 'text/html' : 'text/plain'
    return new Response(this.#page, { headers: { 'content-type': `${type}; charset=utf-8` } })
  }
}

async function readBody(response: Response, type: string): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > BODY_LIMIT)
      throw new HostError('too-long', 'The answer is longer than this page shows (32 MiB).')
    parts.push(Uint8Array.from(chunk))
  }
  return new Blob(parts, { type })
}
