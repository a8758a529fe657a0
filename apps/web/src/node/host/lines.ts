// Lines of JSON on a stream, and bytes after them.
import { HostError } from './errors.ts'

/** The longest line, in bytes. */
export const LINE_LIMIT: number = 32 * 1024

const NEWLINE = 0x0a

export async function writeLine(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  value: object,
): Promise<void> {
  await writer.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`))
}

export class LineReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #rest = new Uint8Array()

  constructor(readable: ReadableStream<Uint8Array>) {
    this.#reader = readable.getReader()
  }

  /** The next line's object; undefined at the end. Throws a HostError `bad-line` for anything else. */
  async line(): Promise<Readonly<Record<string, unknown>> | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE)
      if (end !== -1) {
        const text = new TextDecoder().decode(this.#rest.subarray(0, end))
        this.#rest = this.#rest.subarray(end + 1)
        return parse(text)
      }
      if (this.#rest.length > LINE_LIMIT) throw badLine()
      const { value, done } = await this.#reader.read()
      if (done) {
        if (this.#rest.length > 0) throw badLine()
        return undefined
      }
      this.#rest = concat(this.#rest, value)
    }
  }

  /** What follows the lines that were read, as it comes. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    if (this.#rest.length > 0) yield this.#rest
    this.#rest = new Uint8Array()
    for (;;) {
      const { value, done } = await this.#reader.read()
      if (done) return
      yield value
    }
  }

  async cancel(reason?: Error): Promise<void> {
    await this.#reader.cancel(reason)
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // as below
  }
  throw badLine()
}

function badLine(): HostError {
  return new HostError('bad-line', 'The other side sent something that makes no sense.')
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
