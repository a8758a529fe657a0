// A WebSocket of the `ws` package as a byte stream. Node only.
import type { Duplex } from 'node:stream'
import {
  type BufferPool,
  type ByteStream,
  type ByteStreamHandlers,
  CLOSE_LIMIT,
  TransportError,
  WriteBatch,
} from '@snek/transport'
import type { WebSocket } from 'ws'
import { closeError } from './close-error.ts'
import { CloseCode, MAX_MESSAGE_TAKEN, WRITE_LIMIT } from './limits.ts'

/** For both ends. Compression would cost much and gain nothing: what is passed on is encrypted. */
export const WEBSOCKET_OPTIONS: {
  readonly perMessageDeflate: false
  readonly maxPayload: number
  readonly closeTimeout: number
} = {
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE_TAKEN,
  closeTimeout: CLOSE_LIMIT,
}

const BINARY = { binary: true, compress: false } as const

/** To be made in the very turn in which `ws` opened, before it delivers anything. */
export class WebSocketStream implements ByteStream {
  readonly uri: string
  readonly #ws: WebSocket
  readonly #socket: Duplex
  #handlers: ByteStreamHandlers | undefined
  /** `ending`: the stream failed, or this side closed it. */
  #state: 'open' | 'ending' | 'closed' = 'open'
  #error: TransportError | undefined
  readonly #pool: BufferPool
  /** What was written since messages were last sent, and the kernel hadn't taken those. */
  readonly #batch: WriteBatch
  /** Bytes that the kernel hasn't taken of what was sent. */
  #underWay = 0
  #full = false
  #limit: NodeJS.Timeout | undefined

  /** `pool` has buffers of a message's length. */
  constructor(ws: WebSocket, socket: Duplex, pool: BufferPool, uri: string) {
    this.uri = uri
    this.#ws = ws
    this.#socket = socket
    this.#pool = pool
    this.#batch = new WriteBatch(pool)
    ws.pause()
    ws.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary))
    ws.on('error', (error) => this.#fail(streamError(uri, error)))
    ws.on('close', (code) => this.#finish(code))
    socket.on('end', () => {
      this.#limit = setTimeout(() => ws.terminate(), CLOSE_LIMIT)
    })
  }

  start(handlers: ByteStreamHandlers): void {
    this.#handlers = handlers
    if (this.#state === 'closed') queueMicrotask(() => handlers.onClose(this.#error))
    else queueMicrotask(() => this.#drain())
    this.#ws.resume()
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'open') return false
    if (this.#batch.isEmpty && this.#underWay === 0) process.nextTick(() => this.#flush())
    this.#batch.push(chunk)
    this.#full ||= this.#waiting >= WRITE_LIMIT
    return !this.#full
  }

  close(): void {
    if (this.#state !== 'open') return
    this.#state = 'ending'
    this.#send()
    this.#ws.close(CloseCode.normal)
    this.#ws.resume() // the other side's answer may come after bytes that nobody reads any more
  }

  get #waiting(): number {
    return this.#underWay + this.#batch.bytes
  }

  #flush(): void {
    if (this.#underWay === 0 && this.#state !== 'closed') this.#send()
  }

  #send(): void {
    const { bytes } = this.#batch
    const pieces = this.#batch.take()
    const last = pieces.at(-1)
    if (last === undefined) return
    this.#underWay += bytes
    this.#socket.cork()
    for (const piece of pieces.slice(0, -1)) this.#ws.send(piece, BINARY)
    this.#ws.send(last, BINARY, () => {
      for (const piece of pieces) this.#pool.give(piece)
      this.#underWay -= bytes
      this.#flush()
      this.#drain()
    })
    this.#socket.uncork()
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#state !== 'open') return
    if (isBinary) {
      this.#handlers?.onData(new Uint8Array(data.buffer, data.byteOffset, data.length))
      return
    }
    this.#fail(new TransportError('text-message', `${this.uri}: sent a text message; peerings are binary`))
    this.#ws.close(CloseCode.unsupportedData, 'binary messages only')
  }

  #drain(): void {
    if (!this.#full || this.#state !== 'open' || this.#handlers === undefined) return
    if (this.#waiting > WRITE_LIMIT / 2) return
    this.#full = false
    this.#handlers.onDrain()
  }

  #fail(error: TransportError): void {
    if (this.#state !== 'open') return
    this.#state = 'ending'
    this.#error = error
  }

  #finish(code: number): void {
    if (this.#state === 'open') this.#error = closeError(this.uri, code)
    this.#state = 'closed'
    clearTimeout(this.#limit)
    this.#handlers?.onClose(this.#error)
  }
}

/** `ws` reports what came wrong by errors of its own, with a `code` that begins with `WS_ERR_`. */
function streamError(uri: string, cause: Error): TransportError {
  const code = 'code' in cause ? String(cause.code) : ''
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    const message = `${uri}: sent a message of more than ${MAX_MESSAGE_TAKEN} bytes`
    return new TransportError('message-too-long', message, { cause })
  }
  if (code.startsWith('WS_ERR_')) {
    return new TransportError('not-a-websocket', `${uri}: broke the WebSocket protocol: ${cause.message}`, {
      cause,
    })
  }
  return new TransportError('connection-lost', `${uri}: ${cause.message}`, { cause })
}
