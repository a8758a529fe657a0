// How a WebSocket begins (RFC 6455 section 4).
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

const VERSION = '13'
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/

export function newKey(): string {
  return randomBytes(16).toString('base64')
}

/** What a client asks with. */
export function requestHeaders(key: string): Record<string, string> {
  return {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': VERSION,
    'sec-websocket-key': key,
  }
}

/** The answer to a client's request, or undefined for one that asks for something else. */
export function answerTo({ method, headers }: IncomingMessage): string | undefined {
  const { upgrade = '', 'sec-websocket-key': key = '', 'sec-websocket-version': version } = headers
  if (method !== 'GET' || upgrade.toLowerCase() !== 'websocket') return undefined
  if (version !== VERSION || !KEY.test(key)) return undefined
  return (
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n' +
    `sec-websocket-accept: ${acceptance(key)}\r\n\r\n`
  )
}

/** Whether that is the answer to a request with that key. */
export function accepts(headers: IncomingHttpHeaders, key: string): boolean {
  const { upgrade = '', 'sec-websocket-accept': accept } = headers
  return upgrade.toLowerCase() === 'websocket' && accept === acceptance(key)
}

function acceptance(key: string): string {
  return createHash('sha1')
    .update(key + MAGIC)
    .digest('base64')
}
