// A node: a router, what links it to others, and the sessions that run over it.

import { type StaticPeers, staticPeers } from '@snek/discovery'
import { createIdentity, type Identity } from '@snek/identity'
import { type Clock, type Logger, silentLogger, systemClock } from '@snek/platform'
import { createRouter, type Router, type RouterSnapshot } from '@snek/router'
import { createSessions, type Session, type SessionListener, type Sessions } from '@snek/sessions'
import type { Transport } from '@snek/transport'
import type { Key } from '@snek/wire'
import { defaultTransports } from '#default-transports'
import { Listeners } from './listeners.ts'

export interface NodeOptions {
  /** Who the node is. Without it, or a seed, the node has a new key that is gone with it. */
  identity?: Identity
  /** 32 bytes to make the identity from. */
  seed?: Uint8Array
  /** URIs to listen at, so that others can peer with this node. Port 0 takes a free one. */
  listen?: readonly string[]
  /** URIs of nodes to peer with; redialled for as long as the node is open. */
  peers?: readonly string[]
  /** By default TCP and WebSocket; in browsers, WebSocket. */
  transports?: readonly Transport[]
  /**
   * Refuses peers that don't prove that they hold their key now: nodes of the Go implementation, and whoever plays
   * back a recorded handshake. Off by default.
   */
  requireChallenge?: boolean
  clock?: Clock
  logger?: Logger
}

/**
 * Starts a node: it listens, and begins to dial its peers. Throws `TransportError` for a URI that can't be
 * listened at, or that no transport dials, and `IdentityError` for a seed of a wrong length. Nothing is left
 * open then.
 */
export async function createNode(options: NodeOptions = {}): Promise<Node> {
  const { seed, listen = [], peers = [], requireChallenge = false } = options
  const { clock = systemClock(), logger = silentLogger } = options
  const identity = options.identity ?? createIdentity(seed === undefined ? {} : { seed })
  const transports = options.transports ?? defaultTransports()
  const opened = new Opened()
  try {
    const router = opened.add(await createRouter({ identity, clock, logger, requireChallenge }))
    const sessions = opened.add(await createSessions({ identity, network: router, clock, logger }))
    const listeners = opened.add(new Listeners(router, transports))
    for (const uri of listen) await listeners.listenAt(uri)
    const discovery = opened.add(staticPeers({ router, transports, clock, logger }, peers))
    return new Node(router, sessions, listeners, discovery, opened)
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** See `createNode`. */
export class Node implements AsyncDisposable {
  readonly router: Router
  readonly sessions: Sessions
  /** The peers that were asked for, and how it stands with each. */
  readonly staticPeers: StaticPeers
  readonly #listeners: Listeners
  readonly #opened: Opened

  /** @internal */
  constructor(
    router: Router,
    sessions: Sessions,
    listeners: Listeners,
    staticPeers: StaticPeers,
    opened: Opened,
  ) {
    this.router = router
    this.sessions = sessions
    this.staticPeers = staticPeers
    this.#listeners = listeners
    this.#opened = opened
  }

  /** The node's address: others reach it by this key. */
  get key(): Key {
    return this.router.key
  }

  /** URIs that others can peer with, with the ports that were really taken. */
  get listening(): readonly string[] {
    return this.#listeners.uris
  }

  /** Sessions that others open to us for a protocol; see `Sessions.listen`. */
  listen(protocol: string): SessionListener {
    return this.sessions.listen(protocol)
  }

  /** A session with the node of a key; see `Sessions.dial`. */
  dial(key: Key, protocol: string, options: { signal?: AbortSignal } = {}): Promise<Session> {
    return this.sessions.dial(key, protocol, options)
  }

  /** What `snek status` shows. */
  snapshot(): RouterSnapshot {
    return this.router.snapshot()
  }

  /** Takes no more peerings, ends sessions in order, then peerings. Later calls wait for the same. */
  close(): Promise<void> {
    return this.#opened.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** What a node is made of, closed in reverse order. */
class Opened {
  readonly #parts: Array<{ close(): Promise<void> | void }> = []
  #closed: Promise<void> | undefined

  add<T extends { close(): Promise<void> | void }>(part: T): T {
    this.#parts.push(part)
    return part
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const part = this.#parts.pop()
    if (part === undefined) return
    try {
      await part.close()
    } finally {
      await this.#close()
    }
  }
}
