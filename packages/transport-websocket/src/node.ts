import { BufferPool, type Transport } from '@snek/transport'
import { dial } from './dial.ts'
import { listen } from './listen.ts'
import { MESSAGE_BUFFER } from './message-batch.ts'

/**
 * Carries peerings over WebSocket (PROTOCOL.md section 2): `ws://host:port/path` and, to dial only,
 * `wss://host:port/path`.
 */
export function webSocketTransport(): Required<Transport> {
  const pool = new BufferPool(MESSAGE_BUFFER)
  return {
    schemes: ['ws', 'wss'],
    dial: (uri, options) => dial(uri, options, pool),
    listen: (uri, onStream) => listen(uri, onStream, pool),
  }
}
