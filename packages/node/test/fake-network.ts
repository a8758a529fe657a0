// A network in memory, for the tests of what is built on one.
import type { Key } from '@snek/wire'
import type { IncomingStreams, PeerStream, StreamNetwork } from '../src/streams.ts'

export class FakeNetwork implements StreamNetwork {
  readonly key: Key
  /** Both ends of the streams that were opened. */
  readonly opened: Array<{ near: FakeStream; far: FakeStream }> = []
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
    this.opened.push({ near, far })
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

/** Two ends of one stream; a cut at either is seen by both. */
function streamPair(nearRemote: Key, farRemote: Key): [FakeStream, FakeStream] {
  const [there, back] = [pipe(), pipe()]
  const cut = (reason: Error): void => {
    there.cut(reason)
    back.cut(reason)
  }
  return [
    new FakeStream(nearRemote, back.readable, there.writable, cut),
    new FakeStream(farRemote, there.readable, back.writable, cut),
  ]
}

export class FakeStream implements PeerStream {
  readonly remoteKey: Key
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly #cut: (reason: Error) => void
  /** What it was closed with: `in order`, or the reason. */
  closedWith: 'in order' | Error | undefined

  constructor(
    remoteKey: Key,
    readable: ReadableStream<Uint8Array>,
    writable: WritableStream<Uint8Array>,
    cut: (reason: Error) => void,
  ) {
    this.remoteKey = remoteKey
    this.readable = readable
    this.writable = writable
    this.#cut = cut
  }

  async close(reason?: Error): Promise<void> {
    this.closedWith ??= reason ?? 'in order'
    if (reason !== undefined) this.#cut(reason)
  }
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
