// A WebSocket over one of Node's sockets, after its handshake, as a byte stream.
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import {
  type BufferPool,
  type ByteStream,
  type ByteStreamHandlers,
  CLOSE_LIMIT,
  SocketWriter,
  TransportError,
} from '@snek/transport'
import { SocketReader } from '@snek/transport-tcp'
import { closeError } from './close-error.ts'
import { CloseCode, WRITE_LIMIT } from './limits.ts'
import { controlFrame, MessageBatch } from './message-batch.ts'
import { MessageError, MessageReader, Opcode } from './message-reader.ts'

const NOTHING = new Uint8Array()

export interface WebSocketStreamOptions {
  readonly uri: string
  /** Clients mask what they send. */
  readonly role: 'client' | 'server'
  /** Of buffers of `MESSAGE_BUFFER`. */
  readonly pool: BufferPool
  /** What the other side sent right behind its handshake. */
  readonly head: Uint8Array
}

/** To be made in the very turn in which the handshake was done. */
export class WebSocketStream implements ByteStream {
  readonly uri: string
  readonly #socket: Socket
  readonly #incoming: SocketReader
  #head: Uint8Array
  readonly #random: ((length: number) => Uint8Array) | undefined
  readonly #writer: SocketWriter
  readonly #reader: MessageReader
  #handlers: ByteStreamHandlers | undefined
  /** `closing`: we said so. `ending`: all is said, or the stream failed. */
  #state: 'open' | 'closing' | 'ending' | 'closed' = 'open'
  #error: TransportError | undefined
  /** Whether an answer to a ping waits for the kernel. */
  #isAnswering = false
  #limit: NodeJS.Timeout | undefined

  constructor(shaken: Socket, { uri, role, pool, head }: WebSocketStreamOptions) {
    this.uri = uri
    this.#incoming = new SocketReader()
    this.#head = head
    const socket = this.#incoming.adopt(shaken.setTimeout(0).setNoDelay().pause())
    this.#socket = socket
    this.#random = role === 'client' ? randomBytes : undefined
    this.#writer = new SocketWriter(socket, new MessageBatch(pool, this.#random), pool, WRITE_LIMIT)
    this.#reader = new MessageReader(
      {
        onData: (bytes) => {
          if (this.#state === 'open') this.#handlers?.onData(bytes)
        },
        onClose: (code) => this.#otherCloses(code),
        onPing: (payload) => this.#answer(payload),
      },
      role === 'server',
    )
    socket.on('end', () => this.#end(closeError(uri, CloseCode.abnormal)))
    socket.on('error', (cause: Error) => {
      const message = `${uri}: ${cause.message}`
      if (this.#state === 'open') this.#error = new TransportError('connection-lost', message, { cause })
    })
    socket.on('close', () => this.#finish())
  }

  start(handlers: ByteStreamHandlers): void {
    this.#handlers = handlers
    if (this.#state === 'closed') queueMicrotask(() => handlers.onClose(this.#error))
    else this.#writer.start(() => this.#drain())
    queueMicrotask(() => this.#read())
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'open') return false
    return this.#writer.write(chunk)
  }

  close(): void {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    this.#writer.flush()
    this.#sayClose(CloseCode.normal)
    this.#limit = setTimeout(() => this.#socket.destroy(), CLOSE_LIMIT)
    this.#read() // the other side's answer may come after bytes that nobody reads any more
  }

  #read(): void {
    const head = this.#head
    this.#head = NOTHING
    this.#receive(head)
    this.#incoming.onChunk = (chunk) => this.#receive(chunk)
    this.#socket.resume()
  }

  #receive(chunk: Uint8Array): void {
    if (this.#state === 'ending' || this.#state === 'closed') return
    try {
      this.#reader.push(chunk)
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      this.#fail(error)
    }
  }

  #fail({ closeCode, message }: MessageError): void {
    const isText = closeCode === CloseCode.unsupportedData
    const reason = isText ? `${message}; peerings are binary` : `breaks the WebSocket protocol: it ${message}`
    if (this.#state === 'open') this.#sayClose(closeCode)
    this.#end(new TransportError(isText ? 'text-message' : 'not-a-websocket', `${this.uri}: ${reason}`))
  }

  #otherCloses(code: number): void {
    if (this.#state === 'open') {
      this.#writer.flush()
      this.#sayClose(code)
    }
    this.#end(closeError(this.uri, code))
  }

  /** Nothing more is read or written. A stream that we closed ends in order, whatever the other side does. */
  #end(error: TransportError | undefined): void {
    if (this.#state === 'open') this.#error = error
    if (this.#state === 'open' || this.#state === 'closing') {
      this.#state = 'ending'
      this.#socket.end()
      this.#limit ??= setTimeout(() => this.#socket.destroy(), CLOSE_LIMIT)
      this.#socket.resume()
    }
  }

  #sayClose(code: number): void {
    const payload = code === CloseCode.none ? [] : [code >> 8, code & 0xff]
    this.#socket.write(controlFrame(Opcode.close, Uint8Array.from(payload), this.#random))
  }

  /** One at a time, so that pings that are sent faster than answers are read fill nothing. */
  #answer(payload: Uint8Array): void {
    if (this.#state !== 'open' || this.#isAnswering) return
    this.#isAnswering = true
    this.#socket.write(controlFrame(Opcode.pong, payload, this.#random), () => {
      this.#isAnswering = false
    })
  }

  #drain(): void {
    if (this.#state === 'open') this.#handlers?.onDrain()
  }

  #finish(): void {
    if (this.#state === 'open') this.#error ??= closeError(this.uri, CloseCode.abnormal)
    this.#state = 'closed'
    clearTimeout(this.#limit)
    this.#handlers?.onClose(this.#error)
  }
}
