// fetch wherever there are Web Streams: browsers above all.
import { HttpError } from '../errors.ts'
import { type FetchOptions, makeFetch, type OpenStream, type OverlayFetch } from '../make-fetch.ts'
import type { HttpNetwork } from '../network.ts'
import { keyOf } from '../overlay-url.ts'
import { type Llhttp, loadLlhttp } from './llhttp.ts'
import { type MessageHead, MessageParser } from './message-parser.ts'
import { MessageReader } from './message-reader.ts'
import { encodeHead, framingHeaders, type Writer, writeBody } from './message-writer.ts'
import { type OutgoingRequest, outgoingRequest } from './outgoing-request.ts'
import { redirected } from './redirect.ts'

/** Bytes of a response that are taken before they are asked for: short ones end though nobody reads them. */
const READ_AHEAD = 64 * 1024

const NULL_BODY = new Set([204, 205, 304])

/** Methods whose requests say that they have no body. */
const BODY_EXPECTED = new Set(['POST', 'PUT', 'PATCH'])

const ENCODINGS = new Map<string, 'gzip' | 'deflate'>([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
])

/**
 * A `fetch` that reaches `http://KEY/…` through a network, usually a node. Long bodies are to be read or
 * cancelled: the stream stays open until then. `mode`, `credentials`, `cache`
 * and `referrer` mean nothing here; `integrity` is refused.
 */
export function createFetch(network: HttpNetwork, options: FetchOptions = {}): OverlayFetch {
  return makeFetch(network, options, async (request, init, openStream) => {
    if (request.integrity !== '') throw new HttpError('unsupported', 'integrity is not checked here')
    const llhttp = await loadLlhttp()
    let outgoing = await outgoingRequest(request, init)
    for (;;) {
      const answer = await send(outgoing, openStream, llhttp, request.signal)
      try {
        const next = redirected(outgoing, answer.head)
        if (next === undefined) return toResponse(outgoing, answer)
        outgoing = next
      } catch (error) {
        answer.reader.cancel(error)
        throw error
      }
      answer.reader.cancel()
    }
  })
}

interface Answer {
  readonly head: MessageHead
  readonly reader: MessageReader
}

/** Sends a request and waits for the head of the response; what is left of the body is sent beside. */
async function send(
  request: OutgoingRequest,
  openStream: OpenStream,
  llhttp: Llhttp,
  signal: AbortSignal,
): Promise<Answer> {
  const lease = await openStream(keyOf(request.url))
  const { stream } = lease
  const parser = new MessageParser(llhttp, 'response', { bodyless: request.method === 'HEAD' })
  const reader = new MessageReader(stream.readable, parser)
  const writer = stream.writable.getWriter()
  const body = request.body?.open().getReader()
  let sent = false

  const abort = (): void => reader.cancel(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  lease.onClose = (reason) => reader.cancel(reason)
  void reader.over.then(() => {
    signal.removeEventListener('abort', abort)
    end(writer, body, reader, sent)
    lease.release()
  })
  sendRequest(writer, request, body).then(
    () => {
      sent = true
    },
    (error: unknown) => {
      // The other side may have heard enough, and still answer; the caller's body that broke ends it all.
      if (writer.desiredSize !== null) reader.cancel(error)
    },
  )
  return { head: await reader.readHead(), reader }
}

async function sendRequest(
  writer: Writer,
  { method, url, headers, body: outgoing }: OutgoingRequest,
  body: ReadableStreamDefaultReader<Uint8Array> | undefined,
): Promise<void> {
  const framing = outgoing?.framing ?? (BODY_EXPECTED.has(method) ? 0 : 'until-end')
  const head = encodeHead(`${method} ${url.pathname}${url.search} HTTP/1.1`, [
    ['host', keyOf(url).hex],
    ['connection', 'close'],
    ...headers,
    ...framingHeaders(framing),
  ])
  await writer.write(head)
  // The stream stays open on this side: servers take its end for a client that has gone.
  if (body !== undefined) await writeBody(writer, body, framing)
}

/** Whatever the two say to it, the exchange is over. */
function end(
  writer: Writer,
  body: ReadableStreamDefaultReader<Uint8Array> | undefined,
  reader: MessageReader,
  sent: boolean,
): void {
  const ignore = (): void => undefined
  reader.close()
  if (sent && reader.failure === undefined) {
    writer.close().catch(ignore)
    return
  }
  const reason = reader.failure ?? new HttpError('closed', 'the response came before all was sent')
  writer.abort(reason).catch(ignore)
  body?.cancel(reason).catch(ignore)
}

function toResponse({ url, redirects, method }: OutgoingRequest, { head, reader }: Answer): Response {
  const { status, reason, headers } = head
  if (status < 200 || status > 599) throw new HttpError('malformed', `a status of ${status}`)
  const bodyless = method === 'HEAD' || NULL_BODY.has(status)
  if (bodyless) reader.cancel()
  const body = bodyless ? null : decoded(reader.body({ ahead: READ_AHEAD }), headers.get('content-encoding'))
  const response = new Response(body, { status, statusText: printable(reason), headers })
  const fragment = url.href.indexOf('#')
  return Object.defineProperties(response, {
    url: { value: fragment < 0 ? url.href : url.href.slice(0, fragment) },
    redirected: { value: redirects > 0 },
  })
}

/** Codings are undone in reverse; a body in one that isn't known is left as it is. */
function decoded(body: ReadableStream<Uint8Array>, codings: string | null): ReadableStream<Uint8Array> {
  const formats = (codings ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
    .map((coding) => ENCODINGS.get(coding))
  if (formats.includes(undefined)) return body
  return formats.reduceRight((stream, format) => {
    const decompression: unknown = new DecompressionStream(format as 'gzip' | 'deflate')
    return stream.pipeThrough(decompression as TransformStream<Uint8Array, Uint8Array>)
  }, body)
}

/** A reason phrase without what `Response` refuses. */
function printable(reason: string): string {
  return reason.replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
}
