/** Shorter chunks than this, in bytes, are joined: a copy costs less than a write of its own. */
const SMALL = 8 * 1024

/**
 * What was written in one turn, to be sent together at its end. A relay writes one large chunk a turn, which
 * goes out as it is; sessions write many small ones.
 */
export class WriteBatch {
  readonly #pieceLimit: number
  #chunks: Uint8Array[] = []
  #bytes = 0

  /** `pieceLimit`: chunks are joined up to this length, in bytes; a longer chunk stays as it is. */
  constructor(pieceLimit: number) {
    this.#pieceLimit = pieceLimit
  }

  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /** Empties the batch: all its bytes in order, in as few pieces as pays. */
  take(): readonly Uint8Array[] {
    const chunks = this.#chunks
    this.#chunks = []
    this.#bytes = 0
    return chunks.length > 1 ? joinSmall(chunks, this.#pieceLimit) : chunks
  }
}

function joinSmall(chunks: readonly Uint8Array[], pieceLimit: number): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let run: Uint8Array[] = []
  let runLength = 0
  const endRun = (): void => {
    if (run.length > 0) pieces.push(concat(run, runLength))
    run = []
    runLength = 0
  }
  for (const chunk of chunks) {
    if (chunk.length >= SMALL || runLength + chunk.length > pieceLimit) endRun()
    if (chunk.length >= SMALL) {
      pieces.push(chunk)
    } else {
      run.push(chunk)
      runLength += chunk.length
    }
  }
  endRun()
  return pieces
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks
  if (chunks.length === 1 && first !== undefined) return first
  const all = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
