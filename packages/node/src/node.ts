// A node: a router, what links it to others, and the sessions that run over it.
import { type StaticPeers, staticPeers } from '@snek/discovery'
import { createIdentity, type Identity } from '@snek/identity'
import { type Clock, type Logger, SnekError, silentLogger, systemClock } from '@snek/platform'
import { createRouter, type Router, type RouterSnapshot } from '@snek/router'
import { createSessions, type Session, type SessionListener, type Sessions } from '@snek/sessions'
import {
  type ByteStream,
  type Listener,
  selectTransport,
  type Transport,
  TransportError,
} from '@snek/transport'
import { tcpTransport } from '@snek/transport-tcp'
import { webSocketTransport } from '@snek/transport-websocket'
import type { Key } from '@snek/wire'

export interface NodeOptions {
  /** Who the node is. Without it, or a seed, the node has a new key that is gone with it. */
  identity?: Identity
  /** 32 bytes to make the identity from. */
  seed?: Uint8Array
  /** URIs to listen at, so that others can peer with this node. Port 0 takes a free one. */
  listen?: readonly string[]
  /** URIs of nodes to peer with; redialled for as long as the node is open. */
  peers?: readonly string[]
  /** TCP and WebSocket by default. */
  transports?: readonly Transport[]
  clock?: Clock
  logger?: Logger
}

/**
 * Starts a node: it listens, and begins to dial its peers. Throws `TransportError` for a URI that can't be
 * listened at or dialled at all, with nothing left open.
 */
export async function createNode(options: NodeOptions = {}): Promise<Node> {
  const identity =
    options.identity ?? createIdentity(options.seed === undefined ? {} : { seed: options.seed })
  const clock = options.clock ?? systemClock()
  const logger = options.logger ?? silentLogger
  const transports = options.transports ?? [tcpTransport(), webSocketTransport()]

  const router = await createRouter({ identity, clock, logger })
  const sessions = await createSessions({ identity, network: router, clock, logger })
  const listeners: Listener[] = []
  const close = async () => {}
  try {
    for (const uri of options.listen ?? []) listeners.push(await listenAt(uri, transports, router, logger))
    const peers = staticPeers({ router, transports, clock, logger }, options.peers ?? [])
    return new Node({ router, sessions, listeners, peers })
  } catch (error) {
    throw error
  }
}
