// node:http's server on streams instead of sockets: what it does for sockets while it listens is done here.
import { type IncomingMessage, type RequestListener, Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TimerHandle } from '@snek/platform'
import type { StreamHandlers } from '../accept-streams.ts'
import type { HttpSession, HttpStream } from '../network.ts'
import {
  MAX_HEAD_SIZE,
  REFUSAL_LIMIT,
  type RefusalStatus,
  refusal,
  type ServeOptions,
} from '../serve-options.ts'
import { type StreamSocket, toDuplex } from './duplex.ts'

type Settings = Pick<Required<ServeOptions>, 'headersTimeout' | 'requestTimeout' | 'clock'>

interface Exchange {
  timer: TimerHandle
  response?: ServerResponse
}

/** The events by which node:http announces that it has read a head. */
const HEAD_EVENTS = new Set(['request', 'checkContinue', 'checkExpectation', 'upgrade', 'connect'])

export class StreamServer extends Server implements StreamHandlers {
  readonly #settings: Settings
  readonly #exchanges = new Map<Duplex, Exchange>()

  constructor(listener: RequestListener, settings: Settings) {
    super({ maxHeaderSize: MAX_HEAD_SIZE }, listener)
    this.#settings = settings
    this.maxRequestsPerSocket = 1
    // Whoever has sent a request may end the stream on its side, and wait for the response.
    Object.assign(this, { httpAllowHalfOpen: true })
    this.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => {
      this.#refuse(socket as StreamSocket, code === 'HPE_HEADER_OVERFLOW' ? 431 : 400)
    })
  }

  serve(stream: HttpStream, session: HttpSession): Promise<void> {
    const { headersTimeout, clock } = this.#settings
    const socket = toDuplex(stream, session.remoteKey)
    const timer = clock.setTimeout(() => this.#refuse(socket, 408), headersTimeout)
    const over = this.#track(socket, { timer })
    this.emit('connection', socket)
    return over
  }

  refuse(stream: HttpStream, session: HttpSession): Promise<void> {
    const socket = toDuplex(stream, session.remoteKey).on('error', () => undefined) // it is given up anyway
    const over = this.#track(socket, { timer: this.#giveUpLater(socket) })
    this.#refuse(socket, 503)
    return over
  }

  destroyStreams(): void {
    for (const socket of this.#exchanges.keys()) socket.destroy()
  }

  override emit(event: string, ...details: unknown[]): boolean {
    if (HEAD_EVENTS.has(event)) {
      const [request, response] = details as [IncomingMessage, ServerResponse | Duplex]
      this.#onHead(request, response)
    }
    return super.emit(event, ...details)
  }

  #track(socket: StreamSocket, exchange: Exchange): Promise<void> {
    this.#exchanges.set(socket, exchange)
    return new Promise((resolve) => {
      socket.once('close', () => {
        this.#settings.clock.clearTimeout(exchange.timer)
        this.#exchanges.delete(socket)
        resolve()
      })
    })
  }

  #onHead(request: IncomingMessage, response: ServerResponse | Duplex): void {
    const { requestTimeout, clock } = this.#settings
    const { socket } = request
    const exchange = this.#exchanges.get(socket)
    if (exchange === undefined) return
    clock.clearTimeout(exchange.timer)
    if (!('headersSent' in response)) return
    response.shouldKeepAlive = false
    response.once('finish', () => (socket as unknown as StreamSocket).destroySoon()) // whatever its headers say
    exchange.response = response
    exchange.timer = clock.setTimeout(() => {
      if (!request.complete) this.#refuse(socket as unknown as StreamSocket, 408)
    }, requestTimeout)
  }

  #refuse(socket: StreamSocket, status: RefusalStatus): void {
    const exchange = this.#exchanges.get(socket)
    if (exchange === undefined || socket.destroyed) return
    if (exchange.response?.headersSent || !socket.writable) {
      socket.destroy()
      return
    }
    this.#settings.clock.clearTimeout(exchange.timer)
    exchange.timer = this.#giveUpLater(socket)
    socket.write(refusal(status))
    socket.destroySoon()
  }

  #giveUpLater(socket: StreamSocket): TimerHandle {
    return this.#settings.clock.setTimeout(() => socket.destroy(), REFUSAL_LIMIT)
  }
}
