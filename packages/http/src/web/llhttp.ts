// llhttp, the HTTP/1.1 parser of Node.js, in WASM: loading it, and its face.
import { readWasm } from '#read-wasm'

/** What is needed of the WebAssembly API, which TypeScript declares only with all of a browser's. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: { env: Record<string, (...args: number[]) => number> },
  ): Promise<{ instance: { exports: unknown } }>
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  _initialize(): void
  malloc(length: number): number
  llhttp_alloc(kind: number): number
  llhttp_free(parser: number): void
  llhttp_execute(parser: number, at: number, length: number): number
  llhttp_finish(parser: number): number
  llhttp_get_method(parser: number): number
  llhttp_method_name(method: number): number
  llhttp_get_http_minor(parser: number): number
  llhttp_get_error_reason(parser: number): number
}

/** What a parser says while it executes. A number other than 0 stops it with that code. */
export interface LlhttpHandlers {
  onUrl(bytes: Uint8Array): number
  onStatus(bytes: Uint8Array): number
  onHeaderField(bytes: Uint8Array): number
  onHeaderValue(bytes: Uint8Array): number
  /** 1 says that no body follows, whatever the head promises. */
  onHeadersComplete(status: number): number
  onBody(bytes: Uint8Array): number
  onMessageComplete(): number
}

export const LlhttpKind = { request: 1, response: 2 } as const

/** The codes by which a callback stops its parser. */
export const LlhttpCode = { ok: 0, invalidEnd: 14, paused: 21, failed: 24 } as const

/** What is parsed at a time; longer chunks in several steps. */
const BUFFER_LENGTH = 64 * 1024

export class Llhttp {
  readonly #exports: Exports
  readonly #buffer: number
  /** Those of the parser that is executing, and the piece of the chunk that it is given. */
  #handlers: LlhttpHandlers | undefined
  #piece: Uint8Array = new Uint8Array()

  private constructor(exports: Exports) {
    this.#exports = exports
    this.#buffer = exports.malloc(BUFFER_LENGTH)
  }

  static async instantiate(bytes: Uint8Array): Promise<Llhttp> {
    let llhttp!: Llhttp
    const span =
      (name: 'onUrl' | 'onStatus' | 'onHeaderField' | 'onHeaderValue' | 'onBody') =>
      (_parser: number, at: number, length: number): number =>
        llhttp.#handlers?.[name](llhttp.#slice(at, length)) ?? LlhttpCode.failed
    const { instance } = await WebAssembly.instantiate(bytes, {
      env: {
        wasm_on_message_begin: () => LlhttpCode.ok,
        wasm_on_url: span('onUrl'),
        wasm_on_status: span('onStatus'),
        wasm_on_header_field: span('onHeaderField'),
        wasm_on_header_value: span('onHeaderValue'),
        wasm_on_headers_complete: (_parser, status) =>
          llhttp.#handlers?.onHeadersComplete(status as number) ?? LlhttpCode.failed,
        wasm_on_body: span('onBody'),
        wasm_on_message_complete: () => llhttp.#handlers?.onMessageComplete() ?? LlhttpCode.failed,
      },
    })
    const exports = instance.exports as Exports
    exports._initialize()
    llhttp = new Llhttp(exports)
    return llhttp
  }

  /** A new parser, to be freed. */
  allocate(kind: number): number {
    return this.#exports.llhttp_alloc(kind)
  }

  free(parser: number): void {
    this.#exports.llhttp_free(parser)
  }

  /** Parses a chunk until its end or until a callback or an error stops it. What callbacks get is part of it. */
  execute(parser: number, chunk: Uint8Array, handlers: LlhttpHandlers): number {
    for (let offset = 0; offset < chunk.length; offset += BUFFER_LENGTH) {
      this.#piece = chunk.subarray(offset, offset + BUFFER_LENGTH)
      this.#memory().set(this.#piece, this.#buffer)
      const code = this.#run(handlers, () =>
        this.#exports.llhttp_execute(parser, this.#buffer, this.#piece.length),
      )
      if (code !== LlhttpCode.ok) return code
    }
    return LlhttpCode.ok
  }

  /** The stream has ended: that completes a body without a length, and is an error within anything else. */
  finish(parser: number, handlers: LlhttpHandlers): number {
    return this.#run(handlers, () => this.#exports.llhttp_finish(parser))
  }

  method(parser: number): string {
    return this.#text(this.#exports.llhttp_method_name(this.#exports.llhttp_get_method(parser)))
  }

  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  minorVersion(parser: number): number {
    return this.#exports.llhttp_get_http_minor(parser)
  }

  /** What is wrong with the message, in llhttp's words. */
  errorReason(parser: number): string {
    return this.#text(this.#exports.llhttp_get_error_reason(parser))
  }

  #run(handlers: LlhttpHandlers, parse: () => number): number {
    this.#handlers = handlers
    try {
      return parse()
    } finally {
      this.#handlers = undefined
    }
  }

  #slice(at: number, length: number): Uint8Array {
    const start = at - this.#buffer
    return this.#piece.subarray(start, start + length)
  }

  #text(at: number): string {
    const memory = this.#memory()
    return String.fromCharCode(...memory.subarray(at, memory.indexOf(0, at)))
  }

  /** Anew each time: growing the memory ends the views of it. */
  #memory(): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer)
  }
}

let loaded: Promise<Llhttp> | undefined

/** Loads the parser, once a realm. */
export function loadLlhttp(): Promise<Llhttp> {
  loaded ??= load(new URL('../../wasm/llhttp.wasm', import.meta.url)).catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

async function load(url: URL): Promise<Llhttp> {
  const source = await readWasm(url)
  if (source instanceof Uint8Array) return Llhttp.instantiate(source)
  if (!source.ok) throw new TypeError(`no .wasm at ${source.url}: status ${source.status}`)
  return Llhttp.instantiate(new Uint8Array(await source.arrayBuffer()))
}
