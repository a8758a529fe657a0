// Reads so many bytes at a time from a socket, and leaves the rest to others.
import { once } from 'node:events'
import type { Socket } from 'node:net'

/** The client has said something else, or nothing more. */
export class GreetingError extends Error {}

export class SocketReader {
  readonly #socket: Socket
  readonly #closed: Promise<void>
  #read: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#socket = socket
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => resolve())
    })
  }

  /** Exactly so many bytes. Throws `GreetingError` if the socket ends before. */
  async read(length: number): Promise<Buffer> {
    while (this.#read.length < length) {
      const more = this.#socket.read() as Buffer | null
      if (more !== null) this.#read = Buffer.concat([this.#read, more])
      else if (this.#socket.readableEnded || this.#socket.destroyed) throw new GreetingError('too short')
      else await Promise.race([once(this.#socket, 'readable').catch(() => undefined), this.#closed])
    }
    const taken = this.#read.subarray(0, length)
    this.#read = this.#read.subarray(length)
    return taken
  }

  /** Puts back what was read too much, for whoever reads the socket next. */
  finish(): void {
    if (this.#read.length > 0) this.#socket.unshift(this.#read)
  }
}
