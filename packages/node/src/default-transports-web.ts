import type { Transport } from '@snek/transport'
import { webSocketTransport } from '@snek/transport-websocket'

export function defaultTransports(): readonly Transport[] {
  return [webSocketTransport()]
}
