// A stream of the overlay as what Node's own modules take for a socket.
import { Duplex } from 'node:stream'
import type { Key } from '@snek/wire'
import type { HttpStream } from '../network.ts'

/** What either direction holds before the other side waits. */
const HIGH_WATER_MARK = 64 * 1024

/** A Duplex over a stream, for node:http and whatever else asks for a socket. Locks both sides. */
export function toDuplex(stream: HttpStream, remoteKey: Key): StreamSocket {
  return new StreamSocket(stream, remoteKey)
}

/**
 * Half-closes as the stream does. Destroying it resets what is still open; `destroySoon` lets what was
 * written arrive. A write that the other side won't have fails once all that it said has been read.
 */
export class StreamSocket extends Duplex {
  /** The other end's key, as its session proved it. */
  readonly remoteKey: Key
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #idle: NodeJS.Timeout | undefined

  constructor({ readable, writable }: HttpStream, remoteKey: Key) {
    super({ allowHalfOpen: true, highWaterMark: HIGH_WATER_MARK })
    this.remoteKey = remoteKey
    this.#reader = readable.getReader()
    this.#writer = writable.getWriter()
    this.#reader.closed.catch((error: unknown) => this.destroy(asError(error)))
    this.#writer.closed.catch((error: unknown) => this.#afterReading(() => this.destroy(asError(error))))
  }

  /** The key in hex: what servers log and rate-limit by. */
  get remoteAddress(): string {
    return this.remoteKey.hex
  }

  override _read(): void {
    this.#reader.read().then(({ done, value }) => {
      if (this.destroyed) return
      this.#idle?.refresh()
      this.push(done ? null : value)
    }, failsBeside)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    this.#writer.write(chunk).then(() => {
      this.#idle?.refresh()
      callback()
    }, failsBeside)
  }

  override _writev(chunks: Array<{ chunk: Buffer }>, callback: (error?: Error) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', callback)
  }

  override _final(callback: (error?: Error) => void): void {
    this.#writer.close().then(() => callback(), failsBeside)
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    clearTimeout(this.#idle)
    const reason = error ?? new Error('the stream was given up')
    if (!this.readableEnded) this.#reader.cancel(reason).catch(failsBeside)
    if (!this.writableFinished) this.#writer.abort(reason).catch(failsBeside)
    // As with sockets, the end isn't heard of in the turn that brought the last bytes: fetch relies on it.
    setImmediate(callback, error)
  }

  /** Ends the writing side and, once what was written has gone out, the rest. */
  destroySoon(): void {
    if (this.writableFinished) this.destroy()
    else this.end().once('finish', () => this.destroy())
  }

  /** Emits `timeout` after so many milliseconds without a byte in or out; 0 never. */
  setTimeout(milliseconds: number, listener?: () => void): this {
    clearTimeout(this.#idle)
    this.#idle = undefined
    if (milliseconds > 0 && !this.destroyed) {
      this.#idle = setTimeout(() => this.emit('timeout'), milliseconds).unref()
      if (listener !== undefined) this.once('timeout', listener)
    } else if (listener !== undefined) {
      this.off('timeout', listener)
    }
    return this
  }

  /** Sessions see to it; here for those who ask a socket. */
  setKeepAlive(): this {
    return this
  }

  /** Nothing waits for more to be written; here for those who ask a socket. */
  setNoDelay(): this {
    return this
  }

  /** A stream alone keeps no process alive; its node does. */
  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  /** Failing at once would drop what was read and not yet consumed: a server's early answer, say. */
  #afterReading(fail: () => void): void {
    if (this.readableEnded) fail()
    else this.once('end', fail)
  }
}

/** `closed` of the reader and the writer rejects with the same, and destroys the socket. */
function failsBeside(): void {}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
