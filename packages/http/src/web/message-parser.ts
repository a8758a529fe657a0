// One HTTP/1.1 message out of chunks of bytes. No I/O.
import { HttpError } from '../errors.ts'
import { MAX_HEAD_SIZE } from '../serve-options.ts'
import { type Llhttp, LlhttpCode, type LlhttpHandlers, LlhttpKind } from './llhttp.ts'

export interface MessageHead {
  /** Of a request. */
  readonly method: string
  /** Of a request, as it was sent: a path, mostly. */
  readonly target: string
  /** Of a response. */
  readonly status: number
  /** Of a response. */
  readonly reason: string
  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  readonly minorVersion: number
  readonly headers: Headers
}

export interface ParserOptions {
  /** Whether the message answers HEAD, and has no body whatever its head promises. */
  bodyless?: boolean
}

/** Interim responses are skipped; whatever follows the message is ignored. */
export class MessageParser {
  /** Defined once the head has been parsed. */
  head: MessageHead | undefined
  /** Whether the whole message has been parsed. */
  complete = false
  readonly #llhttp: Llhttp
  readonly #parser: number
  readonly #bodyless: boolean
  readonly #handlers: LlhttpHandlers
  #body: Uint8Array[] = []
  #error: HttpError | undefined
  #size = 0
  #target = ''
  #reason = ''
  /** Names and values in turn. */
  #fields: string[] = []

  constructor(llhttp: Llhttp, kind: keyof typeof LlhttpKind, { bodyless = false }: ParserOptions = {}) {
    this.#llhttp = llhttp
    this.#parser = llhttp.allocate(LlhttpKind[kind])
    this.#bodyless = bodyless
    this.#handlers = {
      onUrl: (bytes) => {
        this.#target += text(bytes)
        return this.#count(bytes)
      },
      onStatus: (bytes) => {
        this.#reason += text(bytes)
        return this.#count(bytes)
      },
      onHeaderField: (bytes) => this.#addToField(bytes, 0),
      onHeaderValue: (bytes) => this.#addToField(bytes, 1),
      onHeadersComplete: (status) => this.#onHeadersComplete(status),
      onBody: (bytes) => {
        this.#body.push(bytes)
        return LlhttpCode.ok
      },
      onMessageComplete: () => this.#onMessageComplete(),
    }
  }

  /** Parses a chunk and gives what it has of the body. Throws `HttpError` `malformed` or `head-too-large`. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.complete) return []
    this.#body = []
    this.#check(this.#llhttp.execute(this.#parser, chunk, this.#handlers))
    return this.#body
  }

  /** Says that nothing follows. Throws `HttpError` `connection-lost` if something should. */
  finish(): void {
    if (this.complete) return
    const code = this.#llhttp.finish(this.#parser, this.#handlers)
    if (code !== LlhttpCode.invalidEnd) this.#check(code)
    if (!this.complete) {
      throw new HttpError('connection-lost', 'the stream ended before the message did')
    }
  }

  /** Nothing may be called after it. */
  free(): void {
    this.#llhttp.free(this.#parser)
  }

  #check(code: number): void {
    if (this.#error !== undefined) throw this.#error
    if (code === LlhttpCode.ok || this.complete) return
    throw new HttpError('malformed', `not HTTP/1.1: ${this.#llhttp.errorReason(this.#parser)}`)
  }

  #count(bytes: Uint8Array): number {
    this.#size += bytes.length
    if (this.#size <= MAX_HEAD_SIZE) return LlhttpCode.ok
    return this.#fail(new HttpError('head-too-large', `a head of more than ${MAX_HEAD_SIZE} bytes`))
  }

  /** Names come at even positions, values at odd ones, in one piece or in several. Trailers are dropped. */
  #addToField(bytes: Uint8Array, parity: 0 | 1): number {
    if (this.head === undefined) {
      const last = this.#fields.length - 1
      if (last >= 0 && last % 2 === parity) this.#fields[last] += text(bytes)
      else this.#fields.push(text(bytes))
    }
    return this.#count(bytes)
  }

  #onHeadersComplete(status: number): number {
    if (status === 101) return this.#fail(new HttpError('malformed', 'an upgrade that nobody asked for'))
    if (status >= 100 && status < 200) return LlhttpCode.ok
    const headers = new Headers()
    for (let at = 0; at < this.#fields.length; at += 2) {
      headers.append(this.#fields[at] as string, this.#fields[at + 1] ?? '')
    }
    this.head = {
      method: status === 0 ? this.#llhttp.method(this.#parser) : '',
      target: this.#target,
      status,
      reason: this.#reason,
      minorVersion: this.#llhttp.minorVersion(this.#parser),
      headers,
    }
    return this.#bodyless ? 1 : LlhttpCode.ok
  }

  #onMessageComplete(): number {
    this.#fields = []
    this.#reason = ''
    if (this.head === undefined) return LlhttpCode.ok
    this.complete = true
    return LlhttpCode.paused
  }

  #fail(error: HttpError): number {
    this.#error = error
    return LlhttpCode.failed
  }
}

/** Byte for character, as HTTP heads are. */
function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
