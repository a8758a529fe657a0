// The network that HTTP goes through: the command's own node with its sessions, or the streams of the running one.
import type { HttpNetwork, HttpSession, HttpStream } from '@snek/http'
import type { PeerStream, StreamNetwork } from '@snek/node'
import type { Key } from '@snek/wire'
import type { OpenNetwork } from './network.ts'

export function httpNetwork({ own, network }: OpenNetwork): HttpNetwork {
  return own ?? throughStreams(network)
}

/** The sessions are the running node's, which opens and ends them as streams come and go. */
export function throughStreams(network: StreamNetwork): HttpNetwork {
  return {
    key: network.key,
    dial: async (key, protocol) => new OutgoingStreams(network, key, protocol),
    listen: async (protocol) => {
      const incoming = await network.listen(protocol)
      return { close: () => incoming.close(), [Symbol.asyncIterator]: () => sessionsOf(incoming) }
    },
  }
}

async function* sessionsOf(incoming: AsyncIterable<PeerStream>): AsyncGenerator<HttpSession, void> {
  for await (const stream of incoming) yield new IncomingStream(stream)
}

class OutgoingStreams implements HttpSession {
  readonly remoteKey: Key
  readonly streams: AsyncIterable<HttpStream> = none()
  readonly closed: Promise<void>
  readonly #network: StreamNetwork
  readonly #protocol: string
  #end: () => void = () => undefined

  constructor(network: StreamNetwork, key: Key, protocol: string) {
    this.#network = network
    this.remoteKey = key
    this.#protocol = protocol
    this.closed = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  async openStream(options: { signal?: AbortSignal } = {}): Promise<HttpStream> {
    return new TwoHalves(await this.#network.open(this.remoteKey, this.#protocol, options))
  }

  async close(): Promise<void> {
    this.#end()
  }

  release(): Promise<void> {
    return this.close()
  }
}

/** As a session of its own: whom it comes from is all that they would share. */
class IncomingStream implements HttpSession {
  readonly remoteKey: Key
  readonly streams: AsyncIterable<HttpStream>
  readonly closed: Promise<void>
  readonly #stream: PeerStream

  constructor(stream: PeerStream) {
    const halves = new TwoHalves(stream)
    this.#stream = stream
    this.remoteKey = stream.remoteKey
    this.closed = halves.over
    this.streams = one(halves)
  }

  openStream(): Promise<HttpStream> {
    return Promise.reject(new Error('streams are opened by whoever dialled'))
  }

  close(reason: Error = new Error('the service was closed')): Promise<void> {
    return this.#stream.close(reason)
  }

  release(): Promise<void> {
    return this.close()
  }
}

/** A stream that is closed once both its directions are over, each in its way. */
class TwoHalves implements HttpStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly over: Promise<void>

  constructor(stream: PeerStream) {
    const reader = stream.readable.getReader()
    const writer = stream.writable.getWriter()
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          reader.closed.catch((reason) => controller.error(reason))
        },
        pull: async (controller) => {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    )
    this.writable = new WritableStream({
      start: (controller) => {
        writer.closed.catch((reason) => controller.error(reason))
      },
      write: (chunk) => writer.write(chunk),
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    })
    // How each ended, whoever uses it has been told.
    this.over = Promise.allSettled([reader.closed, writer.closed])
      .then(() => stream.close())
      .catch(() => undefined)
  }
}

async function* none(): AsyncGenerator<never, void> {}

async function* one(stream: HttpStream): AsyncGenerator<HttpStream, void> {
  yield stream
}
