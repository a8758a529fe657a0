// Reads one HTTP message off a stream: its head, then its body as it is asked for.
import { HttpError } from '../errors.ts'
import type { MessageHead, MessageParser } from './message-parser.ts'

export interface BodyOptions {
  ahead?: number
  onFirstRead?: () => void
}

export class MessageReader {
  /** Resolves when the message is complete, failed or was cancelled; nothing is read after that. */
  readonly over: Promise<void>
  /** What it failed with or was cancelled with. */
  failure: unknown
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #parser: MessageParser
  readonly #body: Uint8Array[] = []
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #isOver = false
  #resolveOver!: () => void

  /** Locks `readable`, and frees `parser` when it is over. */
  constructor(readable: ReadableStream<Uint8Array>, parser: MessageParser) {
    this.#reader = readable.getReader()
    this.#parser = parser
    this.over = new Promise((resolve) => {
      this.#resolveOver = resolve
    })
    this.#reader.closed.catch((error: unknown) => {
      if (!this.#isOver) this.cancel(error)
    })
  }

  /** Rejects with an `HttpError`, what the stream failed with, or the reason of `cancel`. */
  async readHead(): Promise<MessageHead> {
    for (;;) {
      if (this.#parser.head !== undefined) return this.#parser.head
      await this.#advance()
    }
  }

  /** The body. Reads up to `ahead` bytes more than it is asked for, and calls `onFirstRead` before the first. */
  body({ ahead = 0, onFirstRead }: BodyOptions = {}): ReadableStream<Uint8Array> {
    let started = false
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: async (controller) => {
          if (!started) onFirstRead?.()
          started = true
          while (this.#body.length === 0 && !this.#parser.complete) await this.#advance()
          const chunk = this.#body.shift()
          if (chunk !== undefined) controller.enqueue(chunk)
          if (this.#body.length === 0 && this.#parser.complete) controller.close()
        },
        cancel: (reason) => this.cancel(reason),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: ahead }),
    )
  }

  /** Reads no more: whoever waits for the head or the rest of the body is told the reason. */
  cancel(reason: unknown = new HttpError('closed', 'the message was given up')): void {
    this.#controller?.error(reason)
    if (this.#isOver) return
    this.failure = reason
    this.#end()
    this.close()
  }

  /** Says to the other side that what follows the message, if anything does, isn't wanted. */
  close(): void {
    this.#reader.cancel(this.failure).catch(() => undefined) // nobody waits for its answer
  }

  async #advance(): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    try {
      const { done, value } = await this.#reader.read()
      if (this.failure !== undefined) throw this.failure
      if (done) this.#parser.finish()
      else this.#body.push(...this.#parser.push(value))
      if (this.#parser.complete) this.#end()
    } catch (error) {
      this.cancel(error)
      throw error
    }
  }

  #end(): void {
    this.#isOver = true
    this.#parser.free()
    this.#resolveOver()
  }
}
