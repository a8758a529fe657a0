// What links are agreed over, in memory: streams between keys, each of which hears what the other says.
import type { Key } from '@snek/wire'
import type { SignallingNetwork, SignallingStream } from '../src/index.ts'

/** Nodes that reach each other by their keys. */
export class Overlay {
  readonly #nodes = new Map<string, Incoming>()

  /** How a node of that key sees the others. */
  join(key: Key): SignallingNetwork {
    return {
      listen: async () => {
        const incoming = new Incoming(() => this.#nodes.delete(key.hex))
        this.#nodes.set(key.hex, incoming)
        return incoming
      },
      open: async (to, _protocol, { signal } = {}) => {
        signal?.throwIfAborted()
        const there = this.#nodes.get(to.hex)
        if (there === undefined) throw new Error('nobody there')
        const [near, far] = streamPair(key, to)
        there.push(far)
        return near
      },
    }
  }
}

/** Two ends of a stream. */
export function streamPair(near: Key, far: Key): readonly [SignallingStream, SignallingStream] {
  const there = new TransformStream<Uint8Array, Uint8Array>()
  const back = new TransformStream<Uint8Array, Uint8Array>()
  const close = async (): Promise<void> => undefined
  return [
    { remoteKey: far, readable: back.readable, writable: there.writable, close },
    { remoteKey: near, readable: there.readable, writable: back.writable, close },
  ]
}

class Incoming implements AsyncIterable<SignallingStream> {
  readonly #streams: ReadableStream<SignallingStream>
  #controller: ReadableStreamDefaultController<SignallingStream> | undefined
  readonly #onClose: () => void

  constructor(onClose: () => void) {
    this.#onClose = onClose
    this.#streams = new ReadableStream({
      start: (controller) => {
        this.#controller = controller
      },
    })
  }

  push(stream: SignallingStream): void {
    this.#controller?.enqueue(stream)
  }

  async close(): Promise<void> {
    this.#onClose()
    this.#controller?.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<SignallingStream> {
    return this.#streams[Symbol.asyncIterator]()
  }
}
