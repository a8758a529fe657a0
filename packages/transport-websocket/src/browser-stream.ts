// The WebSocket that browsers have, as a byte stream. Nothing of Node in here.
import type { Clock, TimerHandle } from '@snek/platform'
import { type ByteStream, type ByteStreamHandlers, CLOSE_LIMIT, TransportError } from '@snek/transport'
import { closeError } from './close-error.ts'
import { CloseCode, MAX_MESSAGE_SENT, MAX_MESSAGE_TAKEN, WRITE_LIMIT } from './limits.ts'

/** What is needed of a browser's WebSocket; those of other runtimes will do. */
export interface BrowserWebSocket {
  binaryType: string
  readonly bufferedAmount: number
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  send(data: Uint8Array): void
  close(code?: number): void
}

/** How often a full WebSocket is asked whether it has room again, in milliseconds: it has no event for that. */
const DRAIN_INTERVAL = 10

/** How much may arrive before `start`, in bytes: a browser's WebSocket can't be paused. */
const UNREAD_LIMIT = 1024 * 1024

/** To be made in the very turn in which `ws` opened, before it delivers anything. */
export class BrowserWebSocketStream implements ByteStream {
  readonly uri: string
  readonly #ws: BrowserWebSocket
  readonly #clock: Clock
  #handlers: ByteStreamHandlers | undefined
  /** `ending`: the stream failed, or this side closed it. */
  #state: 'open' | 'ending' | 'closed' = 'open'
  #error: TransportError | undefined
  #unread: Uint8Array[] = []
  #unreadLength = 0
  #drainTimer: TimerHandle | undefined
  #limit: TimerHandle | undefined

  constructor(ws: BrowserWebSocket, uri: string, clock: Clock) {
    this.uri = uri
    this.#ws = ws
    this.#clock = clock
    ws.onmessage = ({ data }: { data: unknown }) => this.#receive(data)
    ws.onclose = ({ code }: { code: number }) => this.#finish(code)
    ws.onerror = () => undefined // says nothing, and onclose follows
  }

  start(handlers: ByteStreamHandlers): void {
    queueMicrotask(() => {
      this.#handlers = handlers
      for (const chunk of this.#unread) {
        if (this.#state !== 'ending') handlers.onData(chunk)
      }
      this.#unread = []
      if (this.#state === 'closed') handlers.onClose(this.#error)
    })
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'open') return false
    for (let offset = 0; offset < chunk.length; offset += MAX_MESSAGE_SENT) {
      this.#ws.send(chunk.subarray(offset, offset + MAX_MESSAGE_SENT))
    }
    if (this.#drainTimer === undefined && this.#ws.bufferedAmount >= WRITE_LIMIT) this.#awaitDrain()
    return this.#drainTimer === undefined
  }

  close(): void {
    if (this.#state === 'open') this.#end(CloseCode.normal)
  }

  #receive(data: unknown): void {
    if (this.#state !== 'open') return
    if (!(data instanceof ArrayBuffer)) {
      this.#fail('text-message', 'sent a text message; peerings are binary', CloseCode.textMessage)
    } else if (data.byteLength > MAX_MESSAGE_TAKEN) {
      const reason = `sent a message of more than ${MAX_MESSAGE_TAKEN} bytes`
      this.#fail('message-too-long', reason, CloseCode.messageTooLong)
    } else if (this.#handlers !== undefined) {
      this.#handlers.onData(new Uint8Array(data))
    } else {
      this.#keepUnread(new Uint8Array(data))
    }
  }

  #keepUnread(chunk: Uint8Array): void {
    this.#unread.push(chunk)
    this.#unreadLength += chunk.length
    if (this.#unreadLength <= UNREAD_LIMIT) return
    this.#fail(
      'connection-lost',
      `sent more than ${UNREAD_LIMIT} bytes before anyone read`,
      CloseCode.tooMuch,
    )
  }

  #awaitDrain(): void {
    this.#drainTimer = this.#clock.setTimeout(() => {
      if (this.#ws.bufferedAmount > WRITE_LIMIT / 2 || this.#handlers === undefined) {
        this.#awaitDrain()
      } else {
        this.#drainTimer = undefined
        this.#handlers.onDrain()
      }
    }, DRAIN_INTERVAL)
  }

  #fail(
    code: 'text-message' | 'message-too-long' | 'connection-lost',
    reason: string,
    closeCode: number,
  ): void {
    this.#error = new TransportError(code, `${this.uri}: ${reason}`)
    this.#end(closeCode)
  }

  #end(closeCode: number): void {
    this.#state = 'ending'
    this.#unread = []
    this.#stopAwaitingDrain()
    this.#ws.close(closeCode)
    this.#limit = this.#clock.setTimeout(() => this.#finish(closeCode), CLOSE_LIMIT)
  }

  #finish(code: number): void {
    if (this.#state === 'closed') return
    if (this.#state === 'open') this.#error = closeError(this.uri, code)
    this.#state = 'closed'
    this.#stopAwaitingDrain()
    if (this.#limit !== undefined) this.#clock.clearTimeout(this.#limit)
    this.#handlers?.onClose(this.#error)
  }

  #stopAwaitingDrain(): void {
    if (this.#drainTimer !== undefined) this.#clock.clearTimeout(this.#drainTimer)
    this.#drainTimer = undefined
  }
}
