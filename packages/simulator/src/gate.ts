import type { ByteStream, ByteStreamHandlers } from '@snek/transport'

/** A stream that can be made to swallow all that is written to it. */
export class Gate implements ByteStream {
  readonly #stream: ByteStream
  #isShut = false

  constructor(stream: ByteStream) {
    this.#stream = stream
  }

  get uri(): string {
    return this.#stream.uri
  }

  shut(): void {
    this.#isShut = true
  }

  start(handlers: ByteStreamHandlers): void {
    this.#stream.start(handlers)
  }

  write(chunk: Uint8Array): boolean {
    return this.#isShut || this.#stream.write(chunk)
  }

  close(): void {
    this.#stream.close()
  }
}
