// Writes a handler's `Response` as HTTP/1.1.
import type { MessageHead } from './message-parser.ts'
import {
  encodeHead,
  endToEndHeaders,
  type Framing,
  framingHeaders,
  type Writer,
  writeBody,
} from './message-writer.ts'

export interface WriteResponseOptions {
  /** Of the request. */
  head: MessageHead
  /** Milliseconds since the Unix epoch, for the date. */
  now: number
  /** Aborts when the other side has gone. */
  signal: AbortSignal
}

/** Rejects with what reading the response's body or writing it failed with. Leaves the stream open. */
export async function writeResponse(
  writer: Writer,
  response: Response,
  { head, now, signal }: WriteResponseOptions,
): Promise<void> {
  const { status, statusText, body } = response
  const framing = framingOf(response, head)
  const headers = endToEndHeaders(response.headers)
  if (!headers.has('date')) headers.set('date', new Date(now).toUTCString())
  const lines = [...headers, ['connection', 'close'] as const, ...framingHeaders(framing)]
  await writer.write(encodeHead(`HTTP/1.1 ${status} ${statusText}`, lines))
  if (head.method === 'HEAD') await body?.cancel()
  else if (body !== null) await pour(body, writer, framing, signal)
}

/** A body whose source is idle is cancelled all the same when the other side has gone. */
async function pour(
  body: ReadableStream<Uint8Array>,
  writer: Writer,
  framing: Framing,
  signal: AbortSignal,
): Promise<void> {
  const reader = body.getReader()
  const cancel = (reason: unknown): void => {
    reader.cancel(reason).catch(() => undefined) // it is given up
  }
  signal.addEventListener('abort', () => cancel(signal.reason), { once: true })
  try {
    await writeBody(writer, reader, framing)
  } catch (error) {
    cancel(error)
    throw error
  }
}

function framingOf({ status, body, headers }: Response, { method, minorVersion }: MessageHead): Framing {
  if (status === 204 || status === 304) return 'until-end'
  const length = headers.get('content-length') ?? ''
  if (/^\d+$/.test(length)) return Number(length)
  if (method === 'HEAD') return 'until-end'
  if (body === null) return 0
  return minorVersion === 0 ? 'until-end' : 'chunked'
}
