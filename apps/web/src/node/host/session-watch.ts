// A node's sessions, with an eye on what goes through each.
import type { Session, SessionListener } from '@snek/sessions'
import type { Key } from '@snek/wire'
import type { Network } from './network.ts'
import type { SessionTotals } from './sampler.ts'

export class SessionWatch implements Network {
  readonly key: Key
  readonly #network: Network
  readonly #sessions = new Map<Session, number>()
  #lastId = 0

  constructor(network: Network) {
    this.key = network.key
    this.#network = network
  }

  async dial(key: Key, protocol: string, options?: { signal?: AbortSignal }): Promise<Session> {
    const session = await this.#network.dial(key, protocol, options)
    this.#watch(session)
    return session
  }

  listen(protocol: string): SessionListener {
    const listener = this.#network.listen(protocol)
    const close = (): Promise<void> => listener.close()
    return {
      protocol,
      close,
      [Symbol.asyncDispose]: close,
      [Symbol.asyncIterator]: () => this.#watchAll(listener),
    }
  }

  /** Of each session that is open. */
  totals(): SessionTotals[] {
    return [...this.#sessions].map(([session, id]) => {
      const { rtt, bytesIn, bytesOut } = session.stats()
      return { id, key: session.remoteKey.hex, protocol: session.protocol, rtt, bytesIn, bytesOut }
    })
  }

  async *#watchAll(listener: SessionListener): AsyncGenerator<Session, void> {
    for await (const session of listener) {
      this.#watch(session)
      yield session
    }
  }

  #watch(session: Session): void {
    if (this.#sessions.has(session)) return
    this.#lastId += 1
    this.#sessions.set(session, this.#lastId)
    const forget = (): void => void this.#sessions.delete(session)
    session.closed.then(forget, forget)
  }
}
