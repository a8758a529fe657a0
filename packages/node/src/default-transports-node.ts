import type { Transport } from '@snek/transport'
import { tcpTransport } from '@snek/transport-tcp'
import { webSocketTransport } from '@snek/transport-websocket'

export function defaultTransports(): readonly Transport[] {
  return [tcpTransport(), webSocketTransport()]
}
