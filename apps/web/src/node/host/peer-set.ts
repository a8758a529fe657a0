// The peers that someone asked for by their addresses: added and removed while the node runs.
import { type StaticPeerStatus, type StaticPeers, staticPeers } from '@snek/discovery'
import { SnekError } from '@snek/platform'
import type { Peering, Router } from '@snek/router'
import type { Transport } from '@snek/transport'
import { WireError } from '@snek/wire'
import type { PeerStatus } from '../protocol.ts'
import { HostError } from './errors.ts'

/** More is no use to a page, and each is a connection. */
const LIMIT = 16

interface Peer {
  readonly dialler: StaticPeers
  peering: Peering | undefined
}

export class PeerSet {
  readonly #router: Router
  readonly #transports: readonly Transport[]
  readonly #onChange: () => void
  readonly #peers = new Map<string, Peer>()

  constructor(router: Router, transports: readonly Transport[], onChange: () => void) {
    this.#router = router
    this.#transports = transports
    this.#onChange = onChange
  }

  get uris(): string[] {
    return [...this.#peers.keys()]
  }

  get status(): PeerStatus[] {
    return [...this.#peers.values()].flatMap(({ dialler }) => dialler.status.map(toStatus))
  }

  /** Throws a HostError for what can't be a peer's address. */
  add(uri: string): void {
    const address = normalise(uri)
    if (this.#peers.has(address)) return
    if (this.#peers.size >= LIMIT) {
      throw new HostError('too-many-peers', `${LIMIT} peers are enough for a page: remove one first.`)
    }
    this.#start(address)
  }

  /** Stops dialling it, and ends the peering. */
  remove(uri: string): void {
    const peer = this.#peers.get(uri)
    this.#peers.delete(uri)
    peer?.dialler.close()
    peer?.peering?.close()
    this.#onChange()
  }

  /** Dials at once those that wait. */
  wake(): void {
    for (const [uri, { dialler }] of this.#peers) {
      if (dialler.status.every(({ state }) => state !== 'waiting')) continue
      dialler.close()
      this.#start(uri)
    }
  }

  close(): void {
    for (const { dialler } of this.#peers.values()) dialler.close()
    this.#peers.clear()
  }

  #start(uri: string): void {
    const connect: Router['connect'] = async (stream, options) => {
      peer.peering = await this.#router.connect(stream, options)
      return peer.peering
    }
    const dialler = staticPeers({ router: { connect }, transports: this.#transports }, [uri])
    const peer: Peer = { dialler, peering: undefined }
    dialler.addEventListener('statuschange', () => this.#onChange())
    this.#peers.set(uri, peer)
    this.#onChange()
  }
}

/** The address as it is kept: with a scheme, which people leave out. */
function normalise(text: string): string {
  const trimmed = text.trim()
  const scheme = /^(localhost|127\.|\[::1\])/.test(trimmed) ? 'ws' : 'wss'
  const uri = /^[a-z]+:\/\//i.test(trimmed) ? trimmed : `${scheme}://${trimmed}`
  const isWebSocket = URL.canParse(uri) && /^wss?:$/.test(new URL(uri).protocol)
  if (!isWebSocket) {
    throw new HostError(
      'bad-peer',
      `“${trimmed}” is no address of a peer: write wss://host/ or ws://host:port/.`,
    )
  }
  const url = new URL(uri)
  url.hash = ''
  return url.href
}

function toStatus({ uri, state, key, retryAt, error }: StaticPeerStatus): PeerStatus {
  return {
    uri,
    state,
    ...(key !== undefined && { key: key.hex }),
    ...(retryAt !== undefined && { retryAt }),
    ...(error !== undefined && { problem: explain(error) }),
  }
}

/** What people can do about it; the error itself is for developers. */
function explain(error: Error): string {
  const code = error instanceof SnekError ? error.code : ''
  if (error instanceof WireError) {
    if (code === 'own-key') return 'That is this very node.'
    return `There is a server, but it doesn’t speak the protocol of this network (${code}).`
  }
  if (code === 'unreachable') return 'Nobody answers there. Is the address right, and the node up?'
  if (code === 'timed-out' || code === 'handshake-timeout') return 'No answer in time.'
  if (code === 'handshake-cut') return 'The server hung up before it said who it is: it may not be a node.'
  return error.message
}
