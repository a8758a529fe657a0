import type { Socket } from 'node:net'
import {
  type ByteStream,
  type ByteStreamHandlers,
  CLOSE_LIMIT,
  systemError,
  WriteBatch,
} from '@snek/transport'
import type { SocketReader } from './socket-reader.ts'

/** Bytes that the kernel hasn't taken yet before `write` returns false. Node's own mark must be lower. */
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
  /** A turn's chunks; up to what one read of the other side takes is joined. */
  readonly #batch = new WriteBatch(64 * 1024)
  #full = false
  #limit: NodeJS.Timeout | undefined

  constructor(socket: Socket, reader: SocketReader, uri: string) {
    this.uri = uri
    this.#socket = socket
    this.#reader = reader
    socket.on('drain', () => this.#drain())
    socket.on('end', () => this.#end('ending'))
    socket.on('error', (error) => {
      if (this.#state !== 'closing') this.#error = systemError('stream', uri, error)
    })
    socket.on('close', () => this.#finish())
  }

  start(handlers: ByteStreamHandlers): void {
    this.#handlers = handlers
    if (this.#state === 'closed') queueMicrotask(() => handlers.onClose(this.#error))
    else queueMicrotask(() => this.#drain())
    this.#reader.onChunk = (chunk) => {
      if (this.#state === 'open') handlers.onData(chunk)
    }
    this.#socket.resume()
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'open') return false
    if (this.#batch.isEmpty) process.nextTick(() => this.#flush())
    this.#batch.push(chunk)
    this.#full ||= this.#socket.writableLength + this.#batch.bytes >= WRITE_LIMIT
    return !this.#full
  }

  close(): void {
    if (this.#state !== 'open') return
    this.#end('closing')
    // Reads on, for bytes left unread would turn the close into a reset, and cost the other side our last.
    this.#socket.resume()
  }

  #flush(): void {
    if (this.#state === 'closed') return
    this.#socket.cork()
    for (const piece of this.#batch.take()) this.#socket.write(piece)
    this.#socket.uncork()
    this.#drain()
  }

  #drain(): void {
    if (!this.#full || this.#state !== 'open' || this.#handlers === undefined) return
    if (this.#socket.writableNeedDrain) return
    this.#full = false
    this.#handlers.onDrain()
  }

  #end(state: 'ending' | 'closing'): void {
    if (this.#state !== 'open') return
    this.#state = state
    this.#flush()
    this.#socket.end()
    this.#limit = setTimeout(() => this.#socket.destroy(), CLOSE_LIMIT)
  }

  #finish(): void {
    this.#state = 'closed'
    clearTimeout(this.#limit)
    this.#handlers?.onClose(this.#error)
  }
}
