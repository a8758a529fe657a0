// A session's stream carried over an admin connection, the command's end.
import type { Key } from '@snek/wire'
import type { PeerStream } from '../streams.ts'
import type { AdminConnection } from './connection.ts'
import { AdminError, RemoteError } from './errors.ts'
import { Inbound } from './inbound.ts'
import { describeFailure, readStreamMessage, type StreamMessage } from './messages.ts'
import { split } from './server-stream.ts'

export class AdminStream implements PeerStream {
  readonly remoteKey: Key
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly #connection: AdminConnection
  readonly #inbound: Inbound
  /** Settles when the node has done with the stream. */
  readonly #over: Promise<void>
  /** Why it is over, unless in order. */
  #failure: Error | undefined

  constructor(connection: AdminConnection, remoteKey: Key) {
    this.#connection = connection
    this.remoteKey = remoteKey
    this.#inbound = new Inbound((reason) => this.#giveUp('stop', reason))
    this.readable = this.#inbound.readable
    let outbound!: WritableStreamDefaultController
    this.writable = new WritableStream({
      start: (controller) => {
        outbound = controller
      },
      write: async (chunk) => {
        for (const bytes of split(chunk)) await this.#send({ type: 'data', bytes })
      },
      close: () => this.#send({ type: 'end' }),
      abort: (reason) => this.#giveUp('reset', reason),
    })
    this.#over = this.#read((reason) => outbound.error(reason)).catch((error) => {
      this.#failure ??= asError(error)
      connection.destroy()
      this.#inbound.fail(this.#failure)
      outbound.error(this.#failure)
      throw this.#failure
    })
    // Who only reads or writes learns of a failure there.
    this.#over.catch(() => undefined)
  }

  async close(reason?: Error): Promise<void> {
    if (reason === undefined) {
      // What comes from now on is not wanted, and must not stand before the answer.
      this.#inbound.end()
      await this.#send({ type: 'closed' })
      return this.#over
    }
    this.#failure ??= reason
    this.#inbound.fail(reason)
    await this.#send({ type: 'error', ...describeFailure(reason) }).catch(() => undefined)
    this.#connection.close()
  }

  /** One direction; a connection that is gone has nobody to be told. */
  async #giveUp(type: 'reset' | 'stop', reason: unknown): Promise<void> {
    await this.#send({ type, ...describeFailure(reason) }).catch(() => undefined)
  }

  async #send(message: StreamMessage): Promise<void> {
    try {
      await this.#connection.send(message)
    } catch (error) {
      throw this.#failure ?? error
    }
  }

  /** Ends when the stream was closed in order. */
  async #read(onStop: (reason: Error) => void): Promise<void> {
    for (;;) {
      const received = await this.#connection.receive()
      if (received === undefined) {
        throw new AdminError('admin-connection-lost', 'the running node ended while it carried the stream')
      }
      const message = readStreamMessage(received)
      switch (message.type) {
        case 'data':
          await this.#inbound.push(message.bytes)
          break
        case 'end':
          this.#inbound.end()
          break
        case 'closed':
          this.#inbound.end()
          return this.#connection.close()
        case 'reset':
          this.#inbound.fail(new RemoteError(message.code, message.message))
          break
        case 'stop':
          onStop(new RemoteError(message.code, message.message))
          break
        case 'error':
          throw new RemoteError(message.code, message.message)
      }
    }
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new AdminError('stream-cut', String(reason))
}
