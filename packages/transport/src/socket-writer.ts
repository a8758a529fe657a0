import { type BufferPool, WriteBatch } from './write-batch.ts'

/** Where a `SocketWriter` writes. */
export interface WriterSocket {
  readonly destroyed: boolean
  cork(): void
  uncork(): void
}

/** Writes to a socket, once a turn and one batch at a time; what comes meanwhile is joined for the next. */
export class SocketWriter {
  readonly #socket: WriterSocket
  readonly #write: (piece: Uint8Array, done?: () => void) => void
  readonly #pool: BufferPool
  readonly #limit: number
  readonly #batch: WriteBatch
  #onDrain: (() => void) | undefined
  /** Bytes that the kernel hasn't taken of what was written. */
  #underWay = 0
  #full = false
  #closed = false

  /**
   * `write` puts a piece on the way and calls `done` when the kernel has taken it, or never will. So many bytes that
   * wait are over the `limit`.
   */
  constructor(
    socket: WriterSocket,
    write: (piece: Uint8Array, done?: () => void) => void,
    pool: BufferPool,
    limit: number,
  ) {
    this.#socket = socket
    this.#write = write
    this.#pool = pool
    this.#limit = limit
    this.#batch = new WriteBatch(pool)
  }

  /** `onDrain` is called when a write has returned false and there is room again. */
  start(onDrain: () => void): void {
    this.#onDrain = onDrain
    queueMicrotask(() => this.#drain())
  }

  /** As a `ByteStream`'s. */
  write(chunk: Uint8Array): boolean {
    if (this.#closed) return false
    if (this.#waiting === 0) process.nextTick(() => this.#next())
    this.#batch.push(chunk)
    this.#full ||= this.#waiting >= this.#limit
    return !this.#full
  }

  /** Sends all that was written, whatever is on its way; nothing can be written after it. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#send()
  }

  get #waiting(): number {
    return this.#underWay + this.#batch.bytes
  }

  #next(): void {
    if (this.#underWay === 0 && !this.#closed) this.#send()
  }

  #send(): void {
    const { bytes } = this.#batch
    const pieces = this.#batch.take()
    const last = pieces.at(-1)
    if (last === undefined || this.#socket.destroyed) return
    this.#underWay += bytes
    this.#socket.cork()
    for (const piece of pieces.slice(0, -1)) this.#write(piece)
    this.#write(last, () => {
      for (const piece of pieces) this.#pool.give(piece)
      this.#underWay -= bytes
      this.#next()
      this.#drain()
    })
    this.#socket.uncork()
  }

  #drain(): void {
    if (!this.#full || this.#closed || this.#waiting > this.#limit / 2 || this.#onDrain === undefined) return
    this.#full = false
    this.#onDrain()
  }
}
