// Where a local proxy leads: keys, reached by streams.
import type { Duplex } from 'node:stream'
import { type Clock, SnekError, systemClock } from '@snek/platform'
import type { Key } from '@snek/wire'
import { HttpError } from '../errors.ts'
import type { HttpNetwork } from '../network.ts'
import { toDuplex } from '../node/duplex.ts'
import { parseHost } from '../overlay-url.ts'
import { SessionCache } from '../session-cache.ts'

export interface OverlayTargetOptions {
  /** The protocol name to dial; `http` by default. */
  protocol?: string
  clock?: Clock
}

export class OverlayTarget {
  readonly #sessions: SessionCache

  constructor(network: HttpNetwork, { protocol = 'http', clock = systemClock() }: OverlayTargetOptions) {
    this.#sessions = new SessionCache(network, { protocol, clock })
  }

  /** A stream to a key, given up when `client` closes first. Rejects as dialling does. */
  async connect(key: Key, client: Duplex): Promise<Duplex> {
    const gone = new AbortController()
    const onClose = (): void => gone.abort(new HttpError('closed', 'the client has gone'))
    client.once('close', onClose)
    if (client.destroyed) onClose()
    try {
      const lease = await this.#sessions.openStream(key, gone.signal)
      const socket = toDuplex(lease.stream, key).once('close', lease.release)
      lease.onClose = (reason) => socket.destroy(reason)
      return socket
    } finally {
      client.off('close', onClose)
    }
  }

  close(): Promise<void> {
    return this.#sessions.close()
  }
}

/**
 * The key of `KEY` or `KEY:port`; keys have no ports, so that one is for programs that insist on it and
 * means nothing. Throws `HttpError` `not-a-key`.
 */
export function keyOfAuthority(authority: string): Key {
  const host = authority.replace(/:\d*$/, '')
  const key = parseHost(host)
  if (key !== undefined) return key
  throw new HttpError(
    'not-a-key',
    `${host} is not in the overlay: hosts there are 64 hex digits or KEY52.snek`,
  )
}

/** Waited for in vain, rather than refused. */
export function isTimeout(error: unknown): boolean {
  return error instanceof SnekError && error.code === 'dial-timeout'
}
