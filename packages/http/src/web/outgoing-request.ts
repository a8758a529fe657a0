// A request as it is sent, and sent again to where it is redirected.
import { endToEndHeaders, type Framing } from './message-writer.ts'

export interface OutgoingBody {
  readonly framing: Framing
  /** Whether it can be opened more than once. */
  readonly repeatable: boolean
  open(): ReadableStream<Uint8Array>
}

export interface OutgoingRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: OutgoingBody | undefined
  readonly redirect: Request['redirect']
  /** How many led here. */
  readonly redirects: number
}

export async function outgoingRequest(request: Request, init: RequestInit): Promise<OutgoingRequest> {
  const { method, url, redirect } = request
  const body = await outgoingBody(request, init)
  return { method, url: new URL(url), headers: outgoingHeaders(request, init), body, redirect, redirects: 0 }
}

/** Browsers drop headers from a `Request` that are theirs to set; here they are the caller's. */
function outgoingHeaders(request: Request, { headers: given }: RequestInit): Headers {
  const headers = new Headers(request.headers)
  for (const [name, value] of new Headers(given)) headers.set(name, value)
  if (!headers.has('accept')) headers.set('accept', '*/*')
  headers.set('accept-encoding', 'gzip, deflate')
  return endToEndHeaders(headers)
}

/** What lies in memory or in a file is sent with its length, again if need be; a stream in chunks, once. */
async function outgoingBody(
  request: Request,
  { body: given }: RequestInit,
): Promise<OutgoingBody | undefined> {
  const length = byteLength(given)
  if (length !== undefined) return repeatableBody(given, length)
  const { body } = request
  if (body === null) return undefined
  if (body === undefined) {
    // Not all browsers have streams in requests.
    const bytes = await request.arrayBuffer()
    return bytes.byteLength === 0 ? undefined : repeatableBody(bytes, bytes.byteLength)
  }
  return { framing: 'chunked', repeatable: false, open: () => body as ReadableStream<Uint8Array> }
}

function repeatableBody(content: RequestInit['body'], length: number): OutgoingBody {
  return {
    framing: length,
    repeatable: true,
    open: () => new Response(content).body as ReadableStream<Uint8Array>,
  }
}

function byteLength(body: RequestInit['body']): number | undefined {
  if (typeof body === 'string') return new TextEncoder().encode(body).length
  if (body instanceof URLSearchParams) return body.toString().length
  if (body instanceof Blob) return body.size
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength
  return undefined
}
