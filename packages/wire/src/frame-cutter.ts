import {
  FRAME_HEADER_LENGTH,
  type FrameHeader,
  FrameType,
  MAX_FRAME_LENGTH,
  peekFrameHeader,
} from './frame.ts'

const HIGHEST_TYPE = Math.max(...Object.values(FrameType))

/**
 * Cuts a stream of bytes into frames (PROTOCOL.md section 2). It keeps one incomplete frame at most, and
 * skips frames of unknown types. What is in a frame it doesn't judge.
 */
export class FrameCutter {
  readonly #onFrame: (frame: Uint8Array) => void
  readonly #buffer = new Uint8Array(MAX_FRAME_LENGTH)
  #length = 0
  #header: FrameHeader | undefined

  /** `onFrame` gets one whole frame a time, which is its own to keep. */
  constructor(onFrame: (frame: Uint8Array) => void) {
    this.#onFrame = onFrame
  }

  /**
   * Takes what the stream delivered, in pieces of any size. Throws a WireError `bad-magic`,
   * `unsupported-version` or `bad-length`, its offset counted from the start of the frame; nothing can
   * follow after that.
   */
  push(chunk: Uint8Array): void {
    let rest = chunk
    while (rest.length > 0) {
      const wanted = this.#header?.length ?? FRAME_HEADER_LENGTH
      const part = rest.subarray(0, wanted - this.#length)
      this.#buffer.set(part, this.#length)
      this.#length += part.length
      rest = rest.subarray(part.length)
      if (this.#length === FRAME_HEADER_LENGTH) this.#header = peekFrameHeader(this.#buffer)
      if (this.#header?.length === this.#length) this.#finish(this.#header)
    }
  }

  #finish(header: FrameHeader): void {
    if (header.typeNumber <= HIGHEST_TYPE) this.#onFrame(this.#buffer.slice(0, this.#length))
    this.#length = 0
    this.#header = undefined
  }
}
