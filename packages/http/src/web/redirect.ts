// Where a response sends a request on to, by the rules of fetch.
import { HttpError } from '../errors.ts'
import type { MessageHead } from './message-parser.ts'
import type { OutgoingRequest } from './outgoing-request.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])

const MAX_REDIRECTS = 20

/** What another key mustn't be told. */
const PRIVATE_HEADERS = ['authorization', 'cookie', 'proxy-authorization']

const BODY_HEADERS = ['content-encoding', 'content-language', 'content-location', 'content-type']

/**
 * The request to send next, or undefined if the response is the one that was asked for. Throws `HttpError`
 * for a redirect that can't or mustn't be followed.
 */
export function redirected(request: OutgoingRequest, head: MessageHead): OutgoingRequest | undefined {
  const location = head.headers.get('location')
  if (!REDIRECTS.has(head.status) || request.redirect === 'manual' || location === null) return undefined
  if (request.redirect === 'error') throw new HttpError('redirected', `redirected to ${location}`)
  if (request.redirects >= MAX_REDIRECTS) {
    throw new HttpError('too-many-redirects', `more than ${MAX_REDIRECTS} redirects`)
  }
  const url = resolve(location, request.url)
  const headers = new Headers(request.headers)
  if (url.hostname !== request.url.hostname) for (const name of PRIVATE_HEADERS) headers.delete(name)
  const next = { ...request, url, headers, redirects: request.redirects + 1 }
  if (becomesGet(request.method, head.status)) {
    for (const name of BODY_HEADERS) headers.delete(name)
    return { ...next, method: 'GET', body: undefined }
  }
  if (request.body !== undefined && !request.body.repeatable) {
    throw new HttpError('body-spent', `redirected to ${location} with a body that can be sent only once`)
  }
  return next
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}

/** The fragment is inherited. */
function resolve(location: string, base: URL): URL {
  if (!URL.canParse(location, base.href)) throw new HttpError('malformed', `a redirect to ${location}`)
  const url = new URL(location, base)
  if (url.hash === '') url.hash = base.hash
  return url
}
