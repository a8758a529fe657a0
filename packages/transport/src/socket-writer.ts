import type { BufferPool } from './write-batch.ts'

/** What is collected between writes: a `WriteBatch`, or what else makes pieces of chunks. */
export interface Batch {
  /** How many bytes were pushed since the last `take`. */
  readonly bytes: number
  push(chunk: Uint8Array): void
  take(): Uint8Array[]
}

/** As much of one of Node's sockets as is needed here. */
export interface WritableSocket {
  readonly destroyed: boolean
  cork(): void
  uncork(): void
  write(bytes: Uint8Array, done?: () => void): unknown
}

/** Writes to a socket, once a turn and one write at a time; what comes meanwhile is joined for the next. */
export class SocketWriter {
  readonly #socket: WritableSocket
  readonly #batch: Batch
  readonly #pool: BufferPool
  readonly #limit: number
  #onDrain: (() => void) | undefined
  /** Bytes that the kernel hasn't taken of what was written to the socket. */
  #underWay = 0
  #full = false

  /** `pool` gets back what the batch took from it. `limit`: so many waiting bytes are too many. */
  constructor(socket: WritableSocket, batch: Batch, pool: BufferPool, limit: number) {
    this.#socket = socket
    this.#batch = batch
    this.#pool = pool
    this.#limit = limit
  }

  /** `onDrain` is called when a write returned false, and there is room again. */
  start(onDrain: () => void): void {
    this.#onDrain = onDrain
    queueMicrotask(() => this.#drain())
  }

  /** As a ByteStream's. */
  write(chunk: Uint8Array): boolean {
    if (this.#waiting === 0) queueMicrotask(() => this.#next())
    this.#batch.push(chunk)
    this.#full ||= this.#waiting >= this.#limit
    return !this.#full
  }

  /** Hands all to the socket, whatever is on its way: nothing of ours follows. */
  flush(): void {
    const { bytes } = this.#batch
    const pieces = this.#batch.take()
    const last = pieces.at(-1)
    if (last === undefined || this.#socket.destroyed) return
    this.#underWay += bytes
    this.#socket.cork()
    for (const piece of pieces.slice(0, -1)) this.#socket.write(piece)
    this.#socket.write(last, () => {
      for (const piece of pieces) this.#pool.give(piece)
      this.#underWay -= bytes
      this.#next()
      this.#drain()
    })
    this.#socket.uncork()
  }

  get #waiting(): number {
    return this.#underWay + this.#batch.bytes
  }

  #next(): void {
    if (this.#underWay === 0) this.flush()
  }

  #drain(): void {
    if (!this.#full || this.#waiting > this.#limit / 2 || this.#onDrain === undefined) return
    this.#full = false
    this.#onDrain()
  }
}
