// A WebSocket of the `ws` package as a byte stream. Node only.
import type { Duplex } from 'node:stream'
import {
  type BufferPool,
  type ByteStream,
  type ByteStreamHandlers,
  CLOSE_LIMIT,
  SocketWriter,
  TransportError,
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
  #handlers: ByteStreamHandlers | undefined
  /** `ending`: the stream failed, or this side closed it. */
  #state: 'open' | 'ending' | 'closed' = 'open'
  #error: TransportError | undefined
  readonly #writer: SocketWriter
  #limit: NodeJS.Timeout | undefined

  /** `pool` has buffers of a message's length. */
  constructor(ws: WebSocket, socket: Duplex, pool: BufferPool, uri: string) {
    this.uri = uri
    this.#ws = ws
    const write = (piece: Uint8Array, done?: () => void): void => ws.send(piece, BINARY, done)
    this.#writer = new SocketWriter(socket, write, pool, WRITE_LIMIT)
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
    else this.#writer.start(() => this.#drain())
    this.#ws.resume()
  }

  write(chunk: Uint8Array): boolean {
    return this.#state === 'open' && this.#writer.write(chunk)
  }

  close(): void {
    if (this.#state !== 'open') return
    this.#state = 'ending'
    this.#writer.close()
    this.#ws.close(CloseCode.normal)
    this.#ws.resume() // the other side's answer may come after bytes that nobody reads any more
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
    if (this.#state === 'open') this.#handlers?.onDrain()
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
