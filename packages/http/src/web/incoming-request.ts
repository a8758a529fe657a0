// The `Request` that a handler gets, made of what came over a stream.
import { HttpError } from '../errors.ts'
import type { MessageHead } from './message-parser.ts'

/** Bodies of up to so many bytes are taken where requests can't have streams for bodies. */
const MAX_BUFFERED_BODY = 16 * 1024 * 1024

const HOST = /^[\w.-]+(:\d+)?$/

export interface IncomingOptions {
  /** What to call ourselves if the request doesn't: our key in hex. */
  defaultHost: string
  /** Opens the body; called once, if at all. */
  openBody(): ReadableStream<Uint8Array>
  /** Aborts when whoever asks has gone. */
  signal: AbortSignal
}

/** Throws `HttpError` `malformed` for one that makes no sense, `unsupported` for a method that isn't served. */
export async function incomingRequest(head: MessageHead, options: IncomingOptions): Promise<Request> {
  const { method, headers } = head
  const { signal } = options
  const url = requestUrl(head, options.defaultHost)
  if (['CONNECT', 'TRACE', 'TRACK'].includes(method)) {
    throw new HttpError('unsupported', `${method} is not served`)
  }
  const init: RequestInit & { duplex?: 'half' } = { method, headers, signal }
  if (hasBody(head)) {
    init.body = (await bodyInit(options.openBody())) as NonNullable<RequestInit['body']>
    init.duplex = 'half'
  }
  // Browsers drop some headers from a `Request`; a server wants them all.
  return Object.defineProperty(new Request(url, init), 'headers', { value: headers })
}

function requestUrl({ target, headers, minorVersion }: MessageHead, defaultHost: string): string {
  const host = headers.get('host') ?? (minorVersion === 0 ? defaultHost : '')
  if (!HOST.test(host)) throw new HttpError('malformed', 'a request without a host, or with a strange one')
  const url = target.startsWith('/') ? `http://${host}${target}` : target
  if (!/^http:\/\//i.test(url) || !URL.canParse(url)) throw new HttpError('malformed', `a request for ${url}`)
  return url
}

/** GET and HEAD have none in the world of `Request`; what comes with them is ignored. */
function hasBody({ method, headers }: MessageHead): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
}

async function bodyInit(body: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array> | Uint8Array> {
  if ('duplex' in Request.prototype) return body
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > MAX_BUFFERED_BODY) throw new HttpError('body-too-large', 'a body too large to be held')
    chunks.push(chunk)
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer())
}
