import { BufferPool, type Transport } from '@snek/transport'
import { dial } from './dial.ts'
import { MAX_MESSAGE_SENT } from './limits.ts'
import { listen } from './listen.ts'

/**
 * Carries peerings over WebSocket (PROTOCOL.md section 2): `ws://host:port/path` and, to dial only,
 * `wss://host:port/path`.
 */
export function webSocketTransport(): Required<Transport> {
  const pool = new BufferPool(MAX_MESSAGE_SENT)
  return {
    schemes: ['ws', 'wss'],
    dial: (uri, options) => dial(uri, options, pool),
    listen: (uri, onStream) => listen(uri, onStream, pool),
  }
}
