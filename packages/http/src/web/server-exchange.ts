// One request and its response, over one stream.
import type { TimerHandle } from '@snek/platform'
import type { Key } from '@snek/wire'
import { abortable } from '../abortable.ts'
import { HttpError, type HttpErrorCode } from '../errors.ts'
import type { HttpStream } from '../network.ts'
import { REFUSAL_LIMIT, type RefusalStatus, refusal, type ServeOptions } from '../serve-options.ts'
import type { FetchHandler } from './handler.ts'
import { incomingRequest } from './incoming-request.ts'
import type { Llhttp } from './llhttp.ts'
import { type MessageHead, MessageParser } from './message-parser.ts'
import { MessageReader } from './message-reader.ts'
import { encode, type Writer } from './message-writer.ts'
import { writeResponse } from './write-response.ts'

export interface ExchangeOptions {
  llhttp: Llhttp
  settings: Required<ServeOptions>
  remoteKey: Key
  ownKey: Key
}

/** What a request is answered that failed before its response began; for others nobody waits. */
const STATUS: Partial<Record<HttpErrorCode, RefusalStatus>> = {
  malformed: 400,
  'timed-out': 408,
  'body-too-large': 413,
  'head-too-large': 431,
  unsupported: 501,
}

export class ServerExchange {
  readonly #options: ExchangeOptions
  readonly #reader: MessageReader
  readonly #writer: Writer
  /** Aborts when the other side has gone, or we give it up. */
  readonly #gone = new AbortController()
  #timer: TimerHandle | undefined
  #responding = false

  constructor(stream: HttpStream, options: ExchangeOptions) {
    this.#options = options
    this.#reader = new MessageReader(stream.readable, new MessageParser(options.llhttp, 'request'))
    this.#writer = stream.writable.getWriter()
    this.#writer.closed.catch((error: unknown) => this.giveUp(error))
  }

  /** Reads the request, and writes what the handler answers. Resolves when all is over; never rejects. */
  async answer(handler: FetchHandler): Promise<void> {
    const { settings, ownKey } = this.#options
    try {
      this.#limit(settings.headersTimeout)
      const head = await this.#reader.readHead()
      this.#limit(settings.requestTimeout)
      void this.#reader.over.then(() => this.#onRequestOver())
      const request = await incomingRequest(head, {
        defaultHost: ownKey.hex,
        openBody: () => this.#reader.body({ onFirstRead: () => this.#invite(head) }),
        signal: this.#gone.signal,
      })
      const response = await this.#handle(handler, request)
      this.#responding = true
      await writeResponse(this.#writer, response, {
        head,
        now: settings.clock.now(),
        signal: this.#gone.signal,
      })
      await this.#writer.close()
    } catch (error) {
      await this.#fail(error)
    } finally {
      this.#end()
    }
  }

  /** Answers without having read anything. Resolves when that is over; never rejects. */
  async refuse(status: RefusalStatus): Promise<void> {
    const { clock } = this.#options.settings
    const limit = clock.setTimeout(() => this.giveUp(), REFUSAL_LIMIT)
    try {
      await this.#writer.write(encode(refusal(status)))
      await this.#writer.close()
    } catch (error) {
      this.giveUp(error)
    } finally {
      clock.clearTimeout(limit)
      this.#end()
    }
  }

  /** Resets the stream in both directions, and tells the handler. */
  giveUp(reason: unknown = new HttpError('closed', 'the server gave the request up')): void {
    if (this.#gone.signal.aborted) return
    this.#gone.abort(reason)
    this.#reader.cancel(reason)
    this.#writer.abort(reason).catch(() => undefined) // nobody waits for how that goes
  }

  async #handle(handler: FetchHandler, request: Request): Promise<Response> {
    const { settings, remoteKey } = this.#options
    const answering = (async () => handler(request, { remoteKey }))()
    try {
      const response = await abortable(answering, this.#gone.signal)
      if (!(response?.status >= 200)) throw new TypeError('a handler answers with a Response')
      return response
    } catch (error) {
      if (this.#gone.signal.aborted) {
        answering.then((late) => late.body?.cancel()).catch(() => undefined) // it is too late for either
        throw error
      }
      if (this.#reader.failure !== undefined) throw this.#reader.failure
      settings.logger.log('error', 'an HTTP handler failed', { error })
      return new Response(null, { status: 500 })
    }
  }

  /** Tells a client that waits for it to send the body. */
  #invite({ headers }: MessageHead): void {
    if (this.#responding || headers.get('expect')?.toLowerCase() !== '100-continue') return
    this.#writer.write(encode('HTTP/1.1 100 Continue\r\n\r\n')).catch(() => undefined) // `closed` says so
  }

  #onRequestOver(): void {
    this.#options.settings.clock.clearTimeout(this.#timer as TimerHandle)
    const { failure } = this.#reader
    if (failure !== undefined && statusOf(failure) === undefined) this.giveUp(failure)
  }

  async #fail(error: unknown): Promise<void> {
    const status = statusOf(error)
    if (this.#responding || status === undefined) this.giveUp(error)
    else await this.refuse(status)
  }

  #limit(timeout: number): void {
    const { clock } = this.#options.settings
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer)
    this.#timer = clock.setTimeout(() => {
      this.#reader.cancel(new HttpError('timed-out', `no whole request within ${timeout} ms`))
    }, timeout)
  }

  #end(): void {
    if (this.#timer !== undefined) this.#options.settings.clock.clearTimeout(this.#timer)
    this.#reader.cancel()
    this.#reader.close()
  }
}

function statusOf(error: unknown): RefusalStatus | undefined {
  return error instanceof HttpError ? STATUS[error.code] : undefined
}
