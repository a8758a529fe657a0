// A link between two nodes: a TCP connection that passes through here, so that it can be cut or held up.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export type Scheme = 'tcp' | 'ws'

export class FlappingLink {
  /** What the dialling side is told. */
  readonly uri: string
  readonly #server: Server
  readonly #target: number
  /** Both ends of each connection. */
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #state: 'up' | 'cut' | 'stalled' = 'up'

  private constructor(server: Server, scheme: Scheme, target: number) {
    const { port } = server.address() as AddressInfo
    this.uri = scheme === 'tcp' ? `tcp://127.0.0.1:${port}` : `ws://127.0.0.1:${port}/`
    this.#server = server
    this.#target = target
    server.on('connection', (socket) => this.#onConnection(socket))
  }

  static async open(scheme: Scheme, target: number): Promise<FlappingLink> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FlappingLink(server, scheme, target)
  }

  /** Whether bytes can pass now. */
  get carries(): boolean {
    return this.#state === 'up' && this.#pairs.size > 0
  }

  get isUp(): boolean {
    return this.#state === 'up'
  }

  /** Ends all connections, and refuses new ones until it is mended. */
  cut(): void {
    this.#state = 'cut'
    for (const [near] of this.#pairs) near.destroy()
  }

  /** Passes nothing on, and ends nothing, until it is mended. */
  stall(): void {
    this.#state = 'stalled'
    for (const pair of this.#pairs) for (const socket of pair) socket.pause()
  }

  mend(): void {
    this.#state = 'up'
    for (const pair of this.#pairs) for (const socket of pair) socket.resume()
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }

  #onConnection(near: Socket): void {
    if (this.#state === 'cut') {
      near.destroy()
      return
    }
    const far = connect({ port: this.#target, host: '127.0.0.1', noDelay: true })
    const pair = [near, far] as const
    this.#pairs.add(pair)
    this.#join(near, far, pair)
    this.#join(far, near, pair)
  }

  #join(from: Socket, to: Socket, pair: readonly [Socket, Socket]): void {
    from.on('data', (bytes) => {
      if (to.write(bytes)) return
      from.pause()
      to.once('drain', () => this.#state !== 'stalled' && from.resume())
    })
    // A connection that breaks is what this is for: both ends go.
    from.on('error', () => undefined)
    from.on('end', () => to.end())
    from.on('close', () => {
      to.destroy()
      this.#pairs.delete(pair)
    })
    if (this.#state === 'stalled') from.pause()
  }
}
