import type { Transport } from '@snek/transport'
import { dial } from './dial.ts'
import { listen } from './listen.ts'

/**
 * Carries peerings over WebSocket (PROTOCOL.md section 2): `ws://host:port/path` and, to dial only,
 * `wss://host:port/path`.
 */
export function webSocketTransport(): Required<Transport> {
  return { schemes: ['ws', 'wss'], dial, listen }
}
