import type { Socket } from 'node:net'
import {
  type BufferPool,
  type ByteStream,
  type ByteStreamHandlers,
  CLOSE_LIMIT,
  systemError,
  WriteBatch,
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
  readonly #pool: BufferPool
  /** What was written since the last write to the socket, which is one at a time. */
  readonly #batch: WriteBatch
  /** Bytes that the kernel hasn't taken of what was written to the socket. */
  #underWay = 0
  #full = false
  #limit: NodeJS.Timeout | undefined

  constructor(socket: Socket, reader: SocketReader, pool: BufferPool, uri: string) {
    this.uri = uri
    this.#socket = socket
    this.#reader = reader
    this.#pool = pool
    this.#batch = new WriteBatch(pool)
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
    if (this.#batch.isEmpty && this.#underWay === 0) process.nextTick(() => this.#flush())
    this.#batch.push(chunk)
    this.#full ||= this.#waiting >= WRITE_LIMIT
    return !this.#full
  }

  close(): void {
    if (this.#state !== 'open') return
    this.#end('closing')
    // Reads on, for bytes left unread would turn the close into a reset, and cost the other side our last.
    this.#socket.resume()
  }

  get #waiting(): number {
    return this.#underWay + this.#batch.bytes
  }

  #flush(): void {
    if (this.#underWay === 0 && this.#state !== 'closed') this.#send()
  }

  #send(): void {
    const { bytes } = this.#batch
    const pieces = this.#batch.take()
    const last = pieces.at(-1)
    if (last === undefined) return
    this.#underWay += bytes
    this.#socket.cork()
    for (const piece of pieces.slice(0, -1)) this.#socket.write(piece)
    this.#socket.write(last, () => {
      for (const piece of pieces) this.#pool.give(piece)
      this.#underWay -= bytes
      this.#flush()
      this.#drain()
    })
    this.#socket.uncork()
  }

  #drain(): void {
    if (!this.#full || this.#state !== 'open' || this.#handlers === undefined) return
    if (this.#waiting > WRITE_LIMIT / 2) return
    this.#full = false
    this.#handlers.onDrain()
  }

  #end(state: 'ending' | 'closing'): void {
    if (this.#state !== 'open') return
    this.#state = state
    this.#send()
    this.#socket.end()
    this.#limit = setTimeout(() => this.#socket.destroy(), CLOSE_LIMIT)
  }

  #finish(): void {
    this.#state = 'closed'
    clearTimeout(this.#limit)
    this.#handlers?.onClose(this.#error)
  }
}
