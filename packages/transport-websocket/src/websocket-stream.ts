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
  readonly autoPong: false
  readonly maxPayload: number
  readonly closeTimeout: number
} = {
  perMessageDeflate: false,
  autoPong: false,
  maxPayload: MAX_MESSAGE_TAKEN,
  closeTimeout: CLOSE_LIMIT,
}

/** What a WebSocket's messages are sent by. */
export interface MessageSocket {
  readonly socket: Duplex
  /** Sends a binary message, and may change the payload. `done` is called when the kernel has taken it, or never will. */
  send(payload: Uint8Array, done?: () => void): void
}

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
  #isAnswering = false
  /** The last one that came while another one was answered. */
  #ping: Buffer | undefined

  /** `pool` has buffers of a message's length. */
  constructor(ws: WebSocket, messages: MessageSocket, pool: BufferPool, uri: string) {
    this.uri = uri
    this.#ws = ws
    const { socket } = messages
    const write = (piece: Uint8Array, done?: () => void): void => {
      if (ws.readyState === ws.OPEN) messages.send(piece, done)
      else done?.()
    }
    this.#writer = new SocketWriter(socket, write, pool, WRITE_LIMIT)
    ws.pause()
    ws.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.receive(new Uint8Array(data.buffer, data.byteOffset, data.length))
      else this.#refuseText()
    })
    ws.on('ping', (data) => this.#answer(data))
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

  /** Some of a binary message, if it didn't come by way of `ws`. */
  receive(bytes: Uint8Array): void {
    if (this.#state === 'open') this.#handlers?.onData(bytes)
  }

  #refuseText(): void {
    this.#fail(new TransportError('text-message', `${this.uri}: sent a text message; peerings are binary`))
    this.#ws.close(CloseCode.unsupportedData, 'binary messages only')
  }

  /** One at a time: of pings that come meanwhile, the last one gets an answer (RFC 6455 section 5.5.3). */
  #answer(ping: Buffer): void {
    this.#ping = ping
    if (this.#isAnswering || this.#ws.readyState !== this.#ws.OPEN) return
    this.#ping = undefined
    this.#isAnswering = true
    this.#ws.pong(ping, undefined, () => {
      this.#isAnswering = false
      if (this.#ping) this.#answer(this.#ping)
    })
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
