// Messages on a Unix socket: u32 length, big-endian, then that many bytes of MessagePack.
import type { Socket } from 'node:net'
import { Packr } from 'msgpackr'
import { AdminError } from './errors.ts'

/** What a node takes from a command, in bytes: a chunk of a stream with room around it. */
export const REQUEST_LIMIT: number = 128 * 1024
/** What a command takes from a node: the status of a node with full tables. */
export const REPLY_LIMIT: number = 64 * 1024 * 1024
/** The most of a stream that goes into one message, in bytes. */
export const CHUNK_LENGTH: number = 64 * 1024

const PREFIX_LENGTH = 4

// Plain maps instead of msgpackr's own record extension, so that any MessagePack library can speak this.
const packr = new Packr({ useRecords: false, mapsAsObjects: true })

/** One end of an admin connection. Sending and reading both wait for the other side: backpressure. */
export class AdminConnection {
  readonly #socket: Socket
  readonly #messages: AsyncGenerator<unknown, void>

  /** `limit` bounds the messages taken, in bytes. */
  constructor(socket: Socket, limit: number) {
    this.#socket = socket
    this.#messages = readMessages(socket, limit)
    // Whoever reads or sends sees the failure; between the two nobody listens.
    socket.on('error', () => undefined)
  }

  /** Resolves once there is room for more. Throws `admin-connection-lost` on a connection that is gone. */
  async send(message: object): Promise<void> {
    if (!this.#socket.writable) throw lost()
    const body = packr.pack(message)
    const framed = new Uint8Array(PREFIX_LENGTH + body.length)
    new DataView(framed.buffer).setUint32(0, body.length)
    framed.set(body, PREFIX_LENGTH)
    if (this.#socket.write(framed)) return
    await drained(this.#socket)
    if (this.#socket.destroyed) throw lost()
  }

  /** The next message, or undefined once the other side closed. Throws `AdminError` on what is no message. */
  async receive(): Promise<unknown> {
    const { value, done } = await this.#messages.next()
    return done ? undefined : value
  }

  /** Lets what was sent leave, then closes. */
  close(): void {
    this.#socket.destroySoon()
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy()
  }
}

/** Also resolves when the socket closes. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}

async function* readMessages(socket: Socket, limit: number): AsyncGenerator<unknown, void> {
  const pending = new ByteQueue()
  try {
    // Whoever made the connection closes it: a failure here may still be reported to the other side.
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      pending.push(chunk)
      while (pending.length >= PREFIX_LENGTH) {
        const length = pending.peekUint32()
        if (length > limit) {
          throw new AdminError('admin-message-too-long', `a message of ${length} bytes; the most is ${limit}`)
        }
        if (pending.length < PREFIX_LENGTH + length) break
        yield unpack(pending.take(PREFIX_LENGTH + length).subarray(PREFIX_LENGTH))
      }
    }
  } catch (error) {
    if (error instanceof AdminError) throw error
    throw lost(error)
  }
  if (pending.length > 0) throw lost()
}

function unpack(body: Uint8Array): unknown {
  try {
    return packr.unpack(body)
  } catch (cause) {
    throw new AdminError('admin-malformed', 'a message that is no MessagePack', { cause })
  }
}

function lost(cause?: unknown): AdminError {
  return new AdminError('admin-connection-lost', 'the connection to the running node was lost', { cause })
}

/** Chunks in, spans out; copies only spans that lie across chunks. */
class ByteQueue {
  #chunks: Uint8Array[] = []
  length = 0

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.length += chunk.length
  }

  peekUint32(): number {
    const first = this.#gather(PREFIX_LENGTH)
    return new DataView(first.buffer, first.byteOffset).getUint32(0)
  }

  take(length: number): Uint8Array {
    const first = this.#gather(length)
    this.#chunks[0] = first.subarray(length)
    if (first.length === length) this.#chunks.shift()
    this.length -= length
    return first.subarray(0, length)
  }

  /** Makes the first chunk at least `length` bytes long. */
  #gather(length: number): Uint8Array {
    const first = this.#chunks[0] ?? new Uint8Array(0)
    if (first.length >= length) return first
    const whole = new Uint8Array(this.length)
    let offset = 0
    for (const chunk of this.#chunks) {
      whole.set(chunk, offset)
      offset += chunk.length
    }
    this.#chunks = [whole]
    return whole
  }
}
