import { type Clock, systemClock } from '@snek/platform'
import { type ByteStream, type DialOptions, type Transport, TransportError } from '@snek/transport'
import { type BrowserWebSocket, BrowserWebSocketStream } from './browser-stream.ts'
import { checkDialled } from './uri.ts'

export type { BrowserWebSocket } from './browser-stream.ts'

export interface WebSocketTransportOptions {
  /** The runtime's own by default. */
  WebSocket?: new (
    uri: string,
  ) => BrowserWebSocket
  clock?: Clock
}

/**
 * Carries peerings over the WebSocket that browsers have (PROTOCOL.md section 2): `ws://host:port/path` and
 * `wss://host:port/path`, to dial only. Browsers don't say why a dial failed: it is always `unreachable`.
 */
export function webSocketTransport(options: WebSocketTransportOptions = {}): Transport {
  const clock = options.clock ?? systemClock()
  return {
    schemes: ['ws', 'wss'],

    dial(uri: URL, { signal }: DialOptions = {}): Promise<ByteStream> {
      return new Promise((resolve, reject) => {
        checkDialled(uri)
        signal?.throwIfAborted()
        const ws = open(uri, options)
        ws.binaryType = 'arraybuffer'
        const onAbort = (): void => {
          reject(signal?.reason)
          ws.close()
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        ws.onclose = () => {
          signal?.removeEventListener('abort', onAbort)
          const remedy = 'is the peer up, and the URI right? (a page loaded by https may only dial wss://)'
          reject(new TransportError('unreachable', `${uri.href}: no WebSocket there: ${remedy}`))
        }
        ws.onerror = () => undefined // says nothing, and onclose follows
        ws.onopen = () => {
          signal?.removeEventListener('abort', onAbort)
          if (signal?.aborted) return
          resolve(new BrowserWebSocketStream(ws, uri.href, clock))
        }
      })
    },
  }
}

function open(uri: URL, options: WebSocketTransportOptions): BrowserWebSocket {
  const { WebSocket = (globalThis as { WebSocket?: WebSocketTransportOptions['WebSocket'] }).WebSocket } =
    options
  if (WebSocket === undefined) {
    throw new TransportError(
      'unsupported-scheme',
      `${uri.href}: no WebSocket in this runtime: pass one as an option`,
    )
  }
  return new WebSocket(uri.href)
}
