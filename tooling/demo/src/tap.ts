// A plain TCP forwarder in front of the relay, which searches what passes for the file's contents.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { PlaintextDetector, PlaintextSearch } from './plaintext-detector.ts'

export interface TapReport {
  /** Bytes that passed, both ways. */
  readonly bytes: number
  /** Samples of the file among them. */
  readonly found: number
}

export class Tap implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #searches: PlaintextSearch[] = []

  private constructor(server: Server) {
    this.#server = server
  }

  /** Listens on a free port of 127.0.0.1 and forwards to `port` there. */
  static async listen(port: number, detector: PlaintextDetector): Promise<Tap> {
    const server = createServer({ noDelay: true })
    const tap = new Tap(server)
    server.on('connection', (near) => {
      const far = connect({ port, host: '127.0.0.1', noDelay: true })
      tap.#forward(near, far, detector)
      tap.#forward(far, near, detector)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return tap
  }

  get uri(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get report(): TapReport {
    const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
    return {
      bytes: sum(this.#searches.map(({ bytes }) => bytes)),
      found: sum(this.#searches.map(({ found }) => found)),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #forward(from: Socket, to: Socket, detector: PlaintextDetector): void {
    const search = detector.search()
    this.#searches.push(search)
    this.#sockets.add(from)
    from.on('data', (chunk) => search.add(chunk))
    from.pipe(to)
    // When one side goes, so does the other; the nodes report it.
    from.on('error', () => undefined)
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}
