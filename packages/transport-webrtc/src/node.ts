// Direct links on Node, by node-datachannel (libdatachannel), which whoever wants them installs: an MPL-2.0
// library with a native part, so nothing here depends on it.
import { type Clock, systemClock } from '@snek/platform'
import { type Connection, type Connector, gathered, type IceServer } from './connector.ts'
import type { DataChannel } from './data-channel.ts'

/** What is needed of the module node-datachannel. */
export interface NodeDataChannel {
  readonly PeerConnection: new (
    name: string,
    options: { iceServers: string[]; disableAutoNegotiation: true; maxMessageSize: number },
  ) => NativeConnection
}

interface NativeConnection {
  createDataChannel(label: string, options: { negotiated: true; id: number }): NativeChannel
  setLocalDescription(type: 'offer' | 'answer'): void
  setRemoteDescription(sdp: string, type: 'offer' | 'answer'): void
  localDescription(): { readonly sdp: string } | null
  gatheringState(): string
  onGatheringStateChange(listener: () => void): void
  close(): void
}

interface NativeChannel {
  onOpen(listener: () => void): void
  onMessage(listener: (message: string | Uint8Array | ArrayBuffer) => void): void
  onClosed(listener: () => void): void
  sendMessage(text: string): boolean
  sendMessageBinary(bytes: Uint8Array): boolean
  close(): void
}

export interface NodeConnectorOptions {
  iceServers?: readonly Pick<IceServer, 'urls'>[]
  clock?: Clock
}

/** Larger than any message of ours. */
const MAX_MESSAGE_TAKEN = 256 * 1024

/** Makes connections with node-datachannel: `nodeConnector(await import('node-datachannel'))`. */
export function nodeConnector(library: NodeDataChannel, options: NodeConnectorOptions = {}): Connector {
  const { iceServers = [], clock = systemClock() } = options
  return {
    connect: async () => {
      const settings = {
        iceServers: iceServers.map(({ urls }) => urls),
        disableAutoNegotiation: true,
        maxMessageSize: MAX_MESSAGE_TAKEN,
      } as const
      return new NodeConnection(new library.PeerConnection('snek', settings), clock)
    },
  }
}

class NodeConnection implements Connection {
  readonly channel: DataChannel
  readonly #connection: NativeConnection
  readonly #clock: Clock
  #closed = false

  constructor(connection: NativeConnection, clock: Clock) {
    this.#connection = connection
    this.#clock = clock
    this.channel = new NodeChannel(connection.createDataChannel('snek', { negotiated: true, id: 0 }))
  }

  offer(): Promise<string> {
    return this.#describe('offer')
  }

  async answer(offer: string): Promise<string> {
    this.#connection.setRemoteDescription(offer, 'offer')
    return this.#describe('answer')
  }

  async accept(answer: string): Promise<void> {
    this.#connection.setRemoteDescription(answer, 'answer')
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#connection.close()
  }

  async #describe(type: 'offer' | 'answer'): Promise<string> {
    const connection = this.#connection
    connection.setLocalDescription(type)
    await gathered(
      this.#clock,
      () => this.#closed || connection.gatheringState() === 'complete',
      (check) => connection.onGatheringStateChange(check),
    )
    return this.#closed ? '' : (connection.localDescription()?.sdp ?? '')
  }
}

class NodeChannel implements DataChannel {
  readyState = 'connecting'
  binaryType = 'arraybuffer'
  onopen: ((event: never) => void) | null = null
  onmessage: ((event: never) => void) | null = null
  onclose: ((event: never) => void) | null = null
  onerror: ((event: never) => void) | null = null
  readonly #channel: NativeChannel

  constructor(channel: NativeChannel) {
    this.#channel = channel
    channel.onOpen(() => {
      this.readyState = 'open'
      this.onopen?.(undefined as never)
    })
    channel.onMessage((message) => {
      const data = message instanceof Uint8Array ? Uint8Array.from(message).buffer : message
      this.onmessage?.({ data } as never)
    })
    channel.onClosed(() => this.#end())
  }

  send(data: Uint8Array | string): void {
    try {
      if (typeof data === 'string') this.#channel.sendMessage(data)
      else this.#channel.sendMessageBinary(data)
    } catch {
      queueMicrotask(() => this.#end()) // the other side has closed it, and we hear of it this way first
    }
  }

  close(): void {
    if (this.readyState === 'closed') return
    this.readyState = 'closed'
    this.#channel.close()
  }

  #end(): void {
    this.readyState = 'closed'
    this.onclose?.(undefined as never)
    this.onclose = null
  }
}
