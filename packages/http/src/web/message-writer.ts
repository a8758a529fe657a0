// Writes HTTP/1.1 messages: heads, and bodies in their framing.
import { HttpError } from '../errors.ts'

export type Writer = WritableStreamDefaultWriter<Uint8Array>

/** How the end of a body is told: by chunks, by a length in bytes, or by the end of the stream. */
export type Framing = 'chunked' | 'until-end' | number

/** Headers that belong to a connection and not to a message: only whoever writes it may set them. */
const CONNECTION_HEADERS = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

const LAST_CHUNK = encode('0\r\n\r\n')
const LINE_END = encode('\r\n')

/** The headers without those that framing and the connection are told by. */
export function endToEndHeaders(headers: Headers): Headers {
  const copy = new Headers(headers)
  for (const name of CONNECTION_HEADERS) copy.delete(name)
  return copy
}

export function encodeHead(startLine: string, headers: Iterable<readonly [string, string]>): Uint8Array {
  const lines = Array.from(headers, ([name, value]) => `${name}: ${value}\r\n`)
  return encode(`${startLine}\r\n${lines.join('')}\r\n`)
}

export function framingHeaders(framing: Framing): [string, string][] {
  if (framing === 'until-end') return []
  return framing === 'chunked' ? [['transfer-encoding', 'chunked']] : [['content-length', String(framing)]]
}

/**
 * Writes a body as fast as it is taken. Rejects with what reading or writing it failed with, or `HttpError`
 * `malformed` if it isn't as long as it should be.
 */
export async function writeBody(
  writer: Writer,
  body: ReadableStreamDefaultReader<Uint8Array>,
  framing: Framing,
): Promise<void> {
  let left = typeof framing === 'number' ? framing : Number.POSITIVE_INFINITY
  for (;;) {
    const { done, value } = await body.read()
    if (done) break
    if (!(value instanceof Uint8Array)) throw new TypeError('the chunks of a body are Uint8Arrays')
    left -= value.length
    if (left < 0) break
    if (value.length > 0) await writer.write(framing === 'chunked' ? frame(value) : value)
  }
  if (left !== 0 && Number.isFinite(left)) {
    throw new HttpError('malformed', 'the body is not as long as its content-length')
  }
  if (framing === 'chunked') await writer.write(LAST_CHUNK)
}

function frame(chunk: Uint8Array): Uint8Array {
  const size = encode(`${chunk.length.toString(16)}\r\n`)
  const framed = new Uint8Array(size.length + chunk.length + LINE_END.length)
  framed.set(size)
  framed.set(chunk, size.length)
  framed.set(LINE_END, size.length + chunk.length)
  return framed
}

/** Character for byte, as HTTP heads are. */
export function encode(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
