import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { get as getSecurely } from 'node:https'
import type { Socket } from 'node:net'
import {
  type BufferPool,
  type ByteStream,
  type DialOptions,
  systemError,
  TransportError,
} from '@snek/transport'
import { accepts, newKey, requestHeaders } from './handshake.ts'
import { checkDialled } from './uri.ts'
import { WebSocketStream } from './websocket-stream.ts'

/** Rejects with a `TransportError`, or with the signal's reason. */
export function dial(uri: URL, { signal }: DialOptions = {}, pool: BufferPool): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    checkDialled(uri)
    signal?.throwIfAborted()
    const key = newKey()
    const request = ask(uri, key)
    const settle = (): void => {
      signal?.removeEventListener('abort', onAbort)
      request.off('error', onError)
      request.on('error', () => undefined) // of what is given up
    }
    const onAbort = (): void => {
      settle()
      reject(signal?.reason)
      request.destroy()
    }
    const onError = (error: Error): void => {
      settle()
      reject(dialError(uri, error))
      request.destroy()
    }
    const refused = (response: IncomingMessage): void => {
      onError(new Error(`the answer was HTTP ${response.statusCode}, no WebSocket: is the path right?`))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    request.on('error', onError)
    request.once('response', refused)
    request.once('upgrade', (response: IncomingMessage, socket: Socket, head: Buffer) => {
      if (!accepts(response.headers, key)) {
        socket.destroy()
        return onError(new Error('it answers, but not as a WebSocket server'))
      }
      settle()
      resolve(new WebSocketStream(socket, { uri: uri.href, role: 'client', pool, head }))
    })
  })
}

function ask(uri: URL, key: string): ClientRequest {
  const isSecure = uri.protocol === 'wss:'
  const target = new URL(uri.href.replace(/^ws/, 'http'))
  return (isSecure ? getSecurely : get)(target, { headers: requestHeaders(key), agent: false })
}

/** Errors of the operating system have codes like `ECONNREFUSED`, TLS's all others, HTTP's `HPE_…` or none. */
function dialError(uri: URL, cause: Error): TransportError {
  const code = 'code' in cause ? String(cause.code) : ''
  if (code === '' || code.startsWith('HPE_')) {
    return new TransportError('not-a-websocket', `${uri.href}: ${cause.message}`, { cause })
  }
  if (/^E[A-Z]+$/.test(code) && code !== 'EPROTO') return systemError('dial', uri.href, cause)
  const remedy =
    'is the certificate valid for this name? An authority of your own goes into NODE_EXTRA_CA_CERTS'
  return new TransportError('tls-failed', `${uri.href}: TLS failed (${code}): ${remedy}`, { cause })
}
