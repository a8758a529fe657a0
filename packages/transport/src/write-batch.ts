/** How many buffers a pool keeps for the next time. */
const KEPT = 16

/** Buffers of one length, used over and over: a relay fills some thousand a second. */
export class BufferPool {
  readonly length: number
  readonly #free: ArrayBufferLike[] = []

  /** `length` is a buffer's, in bytes. */
  constructor(length: number) {
    this.length = length
  }

  take(): Uint8Array {
    const buffer = this.#free.pop()
    return buffer === undefined ? new Uint8Array(this.length) : new Uint8Array(buffer)
  }

  /** Takes back what a piece lies in, if it is one of the pool's. Nobody may use it any more. */
  give({ buffer }: Uint8Array): void {
    if (buffer.byteLength === this.length && this.#free.length < KEPT) this.#free.push(buffer)
  }
}

/**
 * What was written while nothing could be sent, most of all in one turn: copied, and joined to be sent together.
 * A relay writes one large chunk a turn, sessions write many small ones. Nothing is allocated for a piece, however
 * short: memory outside the heap, a few MB of it a second, makes V8 collect garbage for milliseconds.
 */
export class WriteBatch {
  readonly #pool: BufferPool
  #pieces: Uint8Array[] = []
  #buffer: Uint8Array | undefined
  /** How much of the buffer is filled. */
  #used = 0
  #bytes = 0

  constructor(pool: BufferPool) {
    this.#pool = pool
  }

  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#bytes === 0
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    let rest = chunk
    while (rest.length > 0) {
      this.#buffer ??= this.#pool.take()
      const room = this.#buffer.length - this.#used
      const part = rest.length <= room ? rest : rest.subarray(0, room)
      this.#buffer.set(part, this.#used)
      this.#used += part.length
      if (part.length === room) this.#endPiece(this.#buffer)
      rest = rest.subarray(part.length)
    }
  }

  /**
   * Empties the batch: all its bytes in order, in pieces of the pool's length but for the last, which may be short
   * in as long a buffer. They belong to the caller, who takes no more before they are sent and given back to the pool.
   */
  take(): Uint8Array[] {
    if (this.#buffer !== undefined) this.#endPiece(this.#buffer)
    const pieces = this.#pieces
    this.#pieces = []
    this.#bytes = 0
    return pieces
  }

  #endPiece(buffer: Uint8Array): void {
    this.#pieces.push(buffer.subarray(0, this.#used))
    this.#buffer = undefined
    this.#used = 0
  }
}
