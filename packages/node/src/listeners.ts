// Where a node listens, and what becomes of the streams that come in.
import type { Router } from '@snek/router'
import {
  type ByteStream,
  type Listener,
  selectTransport,
  type Transport,
  TransportError,
} from '@snek/transport'

export class Listeners {
  readonly #router: Router
  readonly #transports: readonly Transport[]
  readonly #listeners: Listener[] = []

  constructor(router: Router, transports: readonly Transport[]) {
    this.#router = router
    this.#transports = transports
  }

  get uris(): readonly string[] {
    return this.#listeners.map(({ uri }) => uri)
  }

  /** Throws `TransportError` where that can't be. */
  async listenAt(uri: string): Promise<void> {
    const { transport, url } = selectTransport(this.#transports, uri)
    if (transport.listen === undefined) {
      throw new TransportError('unsupported-scheme', `${uri}: ${url.protocol}// can only be dialled`)
    }
    this.#listeners.push(await transport.listen(url, (stream) => this.#onStream(stream)))
  }

  /** Takes no more streams; those that came stay open. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()))
  }

  #onStream(stream: ByteStream): void {
    // A peering that fails is in the router's log, and nobody else's business.
    this.#router.connect(stream, { type: 'remote', uri: stream.uri }).catch(() => undefined)
  }
}
