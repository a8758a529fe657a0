// Both implementations, as the suites use them, and the ends of streams in plain text.
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { waitFor } from '@snek/platform/testing'
import { Key } from '@snek/wire'
import type { FetchOptions, OverlayFetch } from '../src/make-fetch.ts'
import type { HttpNetwork, HttpStream } from '../src/network.ts'
import { createFetch as createNodeFetch, remoteKey, serveHttp as serveNode } from '../src/node/index.ts'
import type { HttpService, ServeOptions } from '../src/serve-options.ts'
import { createFetch as createWebFetch, type FetchHandler, serveHttp as serveWeb } from '../src/web/index.ts'
import { FakeOverlay } from './fake-network.ts'

export const ALICE: Key = Key.from(new Uint8Array(32).fill(0xa1))
export const BOB: Key = Key.from(new Uint8Array(32).fill(0xb2))
export const CAROL: Key = Key.from(new Uint8Array(32).fill(0xc3))

export type CreateFetch = (network: HttpNetwork, options?: FetchOptions) => OverlayFetch
export type Serve = (
  network: HttpNetwork,
  protocol: string,
  handler: FetchHandler,
  options?: ServeOptions,
) => Promise<HttpService>

export const clients: readonly [string, CreateFetch][] = [
  ['Node', createNodeFetch],
  ['web', createWebFetch],
]

/** Node's takes a request listener; this makes one of the handler, as people do with Hono. */
const serveHandlerOnNode: Serve = (network, protocol, handler, options) => {
  const listener = getRequestListener(
    (request, { incoming }) => handler(request, { remoteKey: remoteKey(incoming as never) as Key }),
    { overrideGlobalObjects: false },
  )
  return serveNode(network, protocol, (request, response) => void listener(request, response), options)
}

export const servers: readonly [string, Serve][] = [
  ['Node', serveHandlerOnNode],
  ['web', serveWeb],
]

export interface World {
  readonly overlay: FakeOverlay
  readonly alice: HttpNetwork
  readonly bob: HttpNetwork
  readonly carol: HttpNetwork
}

export function createWorld(): World {
  const overlay = new FakeOverlay()
  return { overlay, alice: overlay.join(ALICE), bob: overlay.join(BOB), carol: overlay.join(CAROL) }
}

/** No stream is left open in any session. */
export async function quiet({ overlay }: World): Promise<void> {
  await waitFor(() => [...overlay.sessions].every(({ open }) => open === 0), { message: 'streams to end' })
}

/** A stream, spoken in text. */
export class TextStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #read = ''
  #ended = false

  constructor({ readable, writable }: HttpStream) {
    this.#reader = readable.getReader()
    this.#writer = writable.getWriter()
    this.#writer.closed.catch(() => undefined)
  }

  static async open(network: HttpNetwork, key: Key, protocol = 'http'): Promise<TextStream> {
    const session = await network.dial(key, protocol)
    return new TextStream(await session.openStream())
  }

  async write(text: string): Promise<void> {
    await this.#writer.write(Uint8Array.from(text, (character) => character.charCodeAt(0)))
  }

  async end(): Promise<void> {
    await this.#writer.close()
  }

  /** Everything up to and with `mark`, which stays out of what is read next. */
  async readUntil(mark: string): Promise<string> {
    for (;;) {
      const at = this.#read.indexOf(mark)
      if (at >= 0) return this.#take(at + mark.length)
      if (!(await this.#readMore())) throw new Error(`ended after ${JSON.stringify(this.#read)}`)
    }
  }

  /** What is left, to the end of the stream. */
  async readAll(): Promise<string> {
    while (await this.#readMore());
    return this.#take(this.#read.length)
  }

  reset(): void {
    this.#writer.abort(new Error('reset by the test')).catch(() => undefined)
    this.#reader.cancel(new Error('stopped by the test')).catch(() => undefined)
  }

  stopReading(): void {
    void this.#reader.cancel(new Error('stopped by the test'))
  }

  async #readMore(): Promise<boolean> {
    if (this.#ended) return false
    const { done, value } = await this.#reader.read()
    if (done) this.#ended = true
    else this.#read += String.fromCharCode(...value)
    return !done
  }

  #take(length: number): string {
    const taken = this.#read.slice(0, length)
    this.#read = this.#read.slice(length)
    return taken
  }
}

/** A local HTTP server, for the length of a test. */
export async function listenLocally(server: Server = createServer()): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return new URL(`http://127.0.0.1:${port}`)
}
