// The headers that a proxy hands on. Raw, as names and values in turn, so that order and spelling stay.
import type { IncomingMessage } from 'node:http'

/** They belong to one connection (RFC 9110 section 7.6.1), or are answered here. */
const HOP_BY_HOP = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** The headers of a message without those for this hop, and without `others`, which are in lower case. */
export function endToEndHeaders(message: IncomingMessage, others: readonly string[] = []): string[] {
  const dropped = new Set([...HOP_BY_HOP, ...others, ...namedByConnection(message)])
  // How long the body is can't be up to whoever is at the other end of a hop.
  dropped.delete('content-length')
  const kept: string[] = []
  for (let at = 0; at < message.rawHeaders.length; at += 2) {
    const name = message.rawHeaders[at] as string
    if (!dropped.has(name.toLowerCase())) kept.push(name, message.rawHeaders[at + 1] as string)
  }
  return kept
}

function namedByConnection({ headers }: IncomingMessage): string[] {
  return (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
}
