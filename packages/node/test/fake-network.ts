// A network in memory, for the tests of what is built on one.
import type { Key } from '@snek/wire'
import type { IncomingStreams, PeerStream, StreamNetwork } from '../src/streams.ts'

export class FakeNetwork implements StreamNetwork {
  readonly key: Key
  /** The far ends of streams that were opened. */
  readonly opened: PeerStream[] = []
  readonly listening: Map<string, FakeListener> = new Map()
  /** Rejects opening. */
  refusal: Error | undefined
  /** Leaves opening undone until it is given up. */
  hold = false
  opening: AbortSignal | undefined

  constructor(key: Key) {
    this.key = key
  }

  async open(key: Key, _protocol: string, { signal }: { signal?: AbortSignal } = {}): Promise<PeerStream> {
    this.opening = signal
    if (this.refusal !== undefined) throw this.refusal
    if (this.hold)
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    const [near, far] = streamPair(key, this.key)
    this.opened.push(far)
    return near
  }

  async listen(protocol: string): Promise<IncomingStreams> {
    const listener = new FakeListener(() => this.listening.delete(protocol))
    this.listening.set(protocol, listener)
    return listener
  }

  /** Someone opens a stream to us: gives their end. */
  arrive(protocol: string, from: Key): PeerStream {
    const [near, far] = streamPair(from, this.key)
    this.listening.get(protocol)?.push(near)
    return far
  }
}

class FakeListener implements IncomingStreams {
  readonly #controller: ReadableStreamDefaultController<PeerStream>
  readonly #streams: ReadableStream<PeerStream>
  readonly #onClose: () => void

  constructor(onClose: () => void) {
    let controller!: ReadableStreamDefaultController<PeerStream>
    this.#streams = new ReadableStream({
      start: (own) => {
        controller = own
      },
    })
    this.#controller = controller
    this.#onClose = onClose
  }

  push(stream: PeerStream): void {
    this.#controller.enqueue(stream)
  }

  [Symbol.asyncIterator](): AsyncIterator<PeerStream> {
    return this.#streams[Symbol.asyncIterator]()
  }

  async close(): Promise<void> {
    this.#controller.close()
    this.#onClose()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Two ends of one stream; `close` at either is seen by both. */
function streamPair(nearRemote: Key, farRemote: Key): [PeerStream, PeerStream] {
  const [there, back] = [pipe(), pipe()]
  let end!: (reason?: Error) => void
  const closed = new Promise<void>((resolve, reject) => {
    end = (reason) => (reason === undefined ? resolve() : reject(reason))
  })
  closed.catch(() => undefined)
  const close = async (reason?: Error): Promise<void> => {
    end(reason)
    if (reason === undefined) return
    there.cut(reason)
    back.cut(reason)
  }
  return [
    { remoteKey: nearRemote, readable: back.readable, writable: there.writable, closed, close },
    { remoteKey: farRemote, readable: there.readable, writable: back.writable, closed, close },
  ]
}

interface Pipe extends Pick<TransformStream<Uint8Array, Uint8Array>, 'readable' | 'writable'> {
  cut(reason: Error): void
}

function pipe(): Pipe {
  let controller!: TransformStreamDefaultController<Uint8Array>
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    start: (own) => {
      controller = own
    },
  })
  return { readable, writable, cut: (reason) => controller.error(reason) }
}
