// Connections between two browsers. They are made where `RTCPeerConnection` is, which is the page; the
// channels that they carry may be used in a worker.
import { type Clock, systemClock } from '@snek/platform'
import { TransportError } from '@snek/transport'
import type { DataChannel } from './data-channel.ts'
import { GATHER_LIMIT } from './limits.ts'

export interface Connector {
  /** A new connection to nowhere yet. Rejects with a `TransportError` where that isn't possible. */
  connect(): Promise<Connection>
}

/**
 * One side of a connection. The dialling side calls `offer` and `accept`, the other `answer`; descriptions
 * are those of the session description protocol (SDP), with all addresses in them.
 */
export interface Connection {
  /** Opens once both sides know each other's description. */
  readonly channel: DataChannel
  offer(): Promise<string>
  answer(offer: string): Promise<string>
  accept(answer: string): Promise<void>
  /** Ends it, and its channel. Safe to call again. */
  close(): void
}

/** What is needed of an `RTCPeerConnection`. */
export interface PeerConnection {
  readonly iceGatheringState: string
  readonly localDescription: { readonly sdp: string } | null
  onicegatheringstatechange: ((event: never) => void) | null
  createDataChannel(label: string, options: { negotiated: true; id: number }): DataChannel
  createOffer(): Promise<unknown>
  createAnswer(): Promise<unknown>
  setLocalDescription(description: never): Promise<void>
  setRemoteDescription(description: { type: 'offer' | 'answer'; sdp: string }): Promise<void>
  close(): void
}

export interface ConnectorOptions {
  /** The browser's own by default. */
  RTCPeerConnection?: new (configuration: {
    iceServers: IceServer[]
  }) => PeerConnection
  /** Servers that tell us our address as others see it; none by default: enough within a network. */
  iceServers?: readonly IceServer[]
  clock?: Clock
}

export interface IceServer {
  /** `stun:stun.example:3478` */
  readonly urls: string
  readonly username?: string
  readonly credential?: string
}

/** Makes connections right here. */
export function connector(options: ConnectorOptions = {}): Connector {
  const { iceServers = [], clock = systemClock() } = options
  return {
    async connect() {
      const { RTCPeerConnection = (globalThis as ConnectorOptions).RTCPeerConnection } = options
      if (RTCPeerConnection === undefined) throw unavailable('there is no WebRTC in this runtime')
      try {
        return new LocalConnection(new RTCPeerConnection({ iceServers: [...iceServers] }), clock)
      } catch (cause) {
        throw unavailable(`WebRTC is blocked here: ${(cause as Error).message}`, cause)
      }
    },
  }
}

class LocalConnection implements Connection {
  readonly channel: DataChannel
  readonly #connection: PeerConnection
  readonly #clock: Clock

  constructor(connection: PeerConnection, clock: Clock) {
    this.#connection = connection
    this.#clock = clock
    this.channel = connection.createDataChannel('snek', { negotiated: true, id: 0 })
  }

  async offer(): Promise<string> {
    await this.#connection.setLocalDescription((await this.#connection.createOffer()) as never)
    return this.#gathered()
  }

  async answer(offer: string): Promise<string> {
    await this.#connection.setRemoteDescription({ type: 'offer', sdp: offer })
    await this.#connection.setLocalDescription((await this.#connection.createAnswer()) as never)
    return this.#gathered()
  }

  accept(answer: string): Promise<void> {
    return this.#connection.setRemoteDescription({ type: 'answer', sdp: answer })
  }

  close(): void {
    this.#connection.close()
  }

  /** Our description, once it holds all our addresses, or those that were found in time. */
  async #gathered(): Promise<string> {
    const connection = this.#connection
    await gathered(
      this.#clock,
      () => connection.iceGatheringState === 'complete',
      (check) => {
        connection.onicegatheringstatechange = check
      },
    )
    return connection.localDescription?.sdp ?? ''
  }
}

/** Resolves once our addresses are `complete`, asked whenever that may have changed, or in `GATHER_LIMIT`. */
export function gathered(
  clock: Clock,
  complete: () => boolean,
  onChange: (check: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const limit = clock.setTimeout(resolve, GATHER_LIMIT)
    const check = (): void => {
      if (!complete()) return
      clock.clearTimeout(limit)
      resolve()
    }
    onChange(check)
    check()
  })
}

function unavailable(reason: string, cause?: unknown): TransportError {
  return new TransportError('unreachable', `no direct link: ${reason}`, { cause })
}
