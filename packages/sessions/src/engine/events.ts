// What an endpoint's numbers say: crates/quic-wasm/src/flatten.rs has the list.
import { KEY_LENGTH, Key } from '@snek/wire'
import type { WasmMemory } from './memory.ts'

/** Why a connection is over. Codes of QUIC are RFC 9000's; a TLS alert is 0x100 + alert. */
export type CloseReason =
  | { readonly by: 'us' | 'idle' | 'handshake-timeout' | 'reset' | 'version' }
  | {
      /** The other side's application, its QUIC, or our QUIC. */
      readonly by: 'application' | 'their-protocol' | 'our-protocol'
      readonly code: number
      /** For people. */
      readonly text: string
    }

/** What happens to connections. */
export interface ConnectionEvents {
  /** A handshake is done: the other side holds that key. */
  onConnected(connection: number, incoming: boolean, remote: Key, protocol: string): void
  /** The other side of an outgoing connection has accepted us too. */
  onConfirmed(connection: number): void
  onClosed(connection: number, reason: CloseReason): void
  /** The other side opened a stream. */
  onOpened(connection: number, stream: number): void
  onReadable(connection: number, stream: number): void
  onWritable(connection: number, stream: number): void
  /** The other side has all of a stream that was finished. */
  onDelivered(connection: number, stream: number): void
  /** The other side doesn't want the rest. */
  onStopped(connection: number, stream: number, code: number): void
  onStreamsAvailable(connection: number): void
  /** The payload belongs to whoever gets it. */
  onDatagram(connection: number, payload: Uint8Array): void
  /** The other side owes an answer for long: the path may be gone. */
  onStalled(connection: number): void
}

const EVENT_LENGTH = 5
const CLOSED = 10
const CLOSED_BY = [
  'us',
  'application',
  'their-protocol',
  'our-protocol',
  'idle',
  'handshake-timeout',
  'reset',
  'version',
] as const

const decoder = new TextDecoder()

/** Calls the handlers, who may call the endpoint, for `count` events. */
export function dispatch(
  memory: WasmMemory,
  address: number,
  count: number,
  handlers: ConnectionEvents,
): void {
  if (count === 0) return
  const numbers = memory.floats(address, count * EVENT_LENGTH)
  const number = (at: number): number => numbers[at] as number
  for (let at = 0; at < numbers.length; at += EVENT_LENGTH) {
    const [kind, connection, a] = [number(at), number(at + 1), number(at + 2)]
    const [b, c] = [number(at + 3), number(at + 4)]
    switch (kind) {
      case 0: {
        const bytes = memory.copy(b, c)
        const protocol = decoder.decode(bytes.subarray(KEY_LENGTH))
        handlers.onConnected(connection, a === 1, Key.from(bytes.subarray(0, KEY_LENGTH)), protocol)
        break
      }
      case 1:
        handlers.onConfirmed(connection)
        break
      case 2:
        handlers.onOpened(connection, a)
        break
      case 3:
        handlers.onReadable(connection, a)
        break
      case 4:
        handlers.onWritable(connection, a)
        break
      case 5:
        handlers.onDelivered(connection, a)
        break
      case 6:
        handlers.onStopped(connection, a, b)
        break
      case 7:
        handlers.onStreamsAvailable(connection)
        break
      case 8:
        handlers.onDatagram(connection, memory.copy(b, c))
        break
      case 9:
        handlers.onStalled(connection)
        break
      default:
        handlers.onClosed(connection, closeReason(kind, a, decoder.decode(memory.copy(b, c))))
    }
  }
}

function closeReason(kind: number, code: number, text: string): CloseReason {
  const by = CLOSED_BY[kind - CLOSED] ?? 'us'
  return by === 'application' || by === 'their-protocol' || by === 'our-protocol'
    ? { by, code, text }
    : { by }
}
