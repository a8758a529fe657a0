import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import {
  type BufferPool,
  type ByteStream,
  type DialOptions,
  systemError,
  TransportError,
} from '@snek/transport'
import { WebSocket } from 'ws'
import { mask } from './mask.ts'
import { messageHeader } from './message-header.ts'
import { checkDialled } from './uri.ts'
import { type MessageSocket, WEBSOCKET_OPTIONS, WebSocketStream } from './websocket-stream.ts'

/** Rejects with a `TransportError`, or with the signal's reason. */
export function dial(uri: URL, { signal }: DialOptions = {}, pool: BufferPool): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    checkDialled(uri)
    signal?.throwIfAborted()
    const ws = new WebSocket(uri, WEBSOCKET_OPTIONS)
    const onAbort = (): void => {
      reject(signal?.reason)
      ws.terminate()
    }
    const onError = (error: Error): void => {
      signal?.removeEventListener('abort', onAbort)
      reject(dialError(uri, error))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    ws.on('error', onError)
    ws.once('unexpected-response', (request, response) => {
      onError(new Error(`the answer was HTTP ${response.statusCode}, no WebSocket: is the path right?`))
      request.destroy()
    })
    let socket: Socket
    ws.once('upgrade', (response) => {
      socket = response.socket
    })
    ws.once('open', () => {
      signal?.removeEventListener('abort', onAbort)
      ws.off('error', onError)
      const send: MessageSocket['send'] = (payload, done) => sendMasked(socket, payload, done)
      resolve(new WebSocketStream(ws, { socket, send }, pool, uri.href))
    })
  })
}

/** Past `ws`, which masks a byte at a time. The payload is masked where it is. */
function sendMasked(socket: Socket, payload: Uint8Array, done?: () => void): void {
  const key = randomBytes(4)
  mask(payload, key)
  socket.write(messageHeader(payload.length, key))
  socket.write(payload, done)
}

/** Errors of the operating system have codes like `ECONNREFUSED`, TLS's all others, HTTP's `HPE_…` or none. */
function dialError(uri: URL, cause: Error): TransportError {
  const code = 'code' in cause ? String(cause.code) : ''
  if (code === '' || code.startsWith('HPE_') || code.startsWith('WS_ERR_')) {
    return new TransportError('not-a-websocket', `${uri.href}: ${cause.message}`, { cause })
  }
  if (/^E[A-Z]+$/.test(code) && code !== 'EPROTO') return systemError('dial', uri.href, cause)
  const remedy =
    'is the certificate valid for this name? An authority of your own goes into NODE_EXTRA_CA_CERTS'
  return new TransportError('tls-failed', `${uri.href}: TLS failed (${code}): ${remedy}`, { cause })
}
