import type { Socket } from 'node:net'
import {
  type BufferPool,
  type ByteStream,
  type ByteStreamHandlers,
  CLOSE_LIMIT,
  SocketWriter,
  systemError,
} from '@snek/transport'
import type { SocketReader } from './socket-reader.ts'

/** Bytes that the kernel hasn't taken yet before `write` returns false. */
const WRITE_LIMIT = 256 * 1024

/** A connected, paused socket as a stream. */
export class TcpStream implements ByteStream {
  readonly uri: string
  readonly #socket: Socket
  readonly #reader: SocketReader
  #handlers: ByteStreamHandlers | undefined
  /** `ending`: the other side ended. `closing`: this one did. */
  #state: 'open' | 'ending' | 'closing' | 'closed' = 'open'
  #error: Error | undefined
  readonly #writer: SocketWriter
  #limit: NodeJS.Timeout | undefined

  constructor(socket: Socket, reader: SocketReader, pool: BufferPool, uri: string) {
    this.uri = uri
    this.#socket = socket
    this.#reader = reader
    this.#writer = new SocketWriter(socket, (piece, done) => socket.write(piece, done), pool, WRITE_LIMIT)
    socket.on('end', () => this.#end('ending'))
    socket.on('error', (error) => {
      if (this.#state !== 'closing') this.#error = systemError('stream', uri, error)
    })
    socket.on('close', () => this.#finish())
  }

  start(handlers: ByteStreamHandlers): void {
    this.#handlers = handlers
    if (this.#state === 'closed') queueMicrotask(() => handlers.onClose(this.#error))
    else this.#writer.start(() => this.#drain())
    this.#reader.onChunk = (chunk) => {
      if (this.#state === 'open') handlers.onData(chunk)
    }
    this.#socket.resume()
  }

  write(chunk: Uint8Array): boolean {
    return this.#state === 'open' && this.#writer.write(chunk)
  }

  close(): void {
    if (this.#state !== 'open') return
    this.#end('closing')
    // Reads on, for bytes left unread would turn the close into a reset, and cost the other side our last.
    this.#socket.resume()
  }

  #drain(): void {
    if (this.#state === 'open') this.#handlers?.onDrain()
  }

  #end(state: 'ending' | 'closing'): void {
    if (this.#state !== 'open') return
    this.#state = state
    this.#writer.close()
    this.#socket.end()
    this.#limit = setTimeout(() => this.#socket.destroy(), CLOSE_LIMIT)
  }

  #finish(): void {
    this.#state = 'closed'
    clearTimeout(this.#limit)
    this.#handlers?.onClose(this.#error)
  }
}
