// Sessions in memory: bounded streams, half-close, resets that the other side sees.
import { SnekError } from '@snek/platform'
import type { Key } from '@snek/wire'
import type { HttpListener, HttpNetwork, HttpSession, HttpStream } from '../src/network.ts'

/** Nodes that reach each other by key. */
export class FakeOverlay {
  readonly #listeners = new Map<string, FakeListener>()
  /** Sessions that were dialled and are still open, as their dialler sees them. */
  readonly sessions: Set<FakeSession> = new Set()
  dials = 0
  /** Leaves dials undone until that changes, or they are given up. */
  hold = false
  givenUp = 0

  join(key: Key): HttpNetwork {
    return {
      key,
      dial: (to, protocol, options) => this.#dial(key, to, protocol, options?.signal),
      listen: (protocol) => {
        const name = `${protocol} ${key.hex}`
        const listener = new FakeListener(() => this.#listeners.delete(name))
        this.#listeners.set(name, listener)
        return listener
      },
    }
  }

  async #dial(from: Key, to: Key, protocol: string, signal?: AbortSignal): Promise<HttpSession> {
    this.dials += 1
    while (this.hold) {
      if (signal?.aborted) {
        this.givenUp += 1
        throw signal.reason
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    const listener = this.#listeners.get(`${protocol} ${to.hex}`)
    if (listener === undefined) throw new SnekError('unreachable', `${to.short()} doesn't answer`)
    const near = new FakeSession(to)
    const far = new FakeSession(from)
    near.meet(far)
    far.meet(near)
    this.sessions.add(near)
    void near.closed.finally(() => this.sessions.delete(near)).catch(() => undefined)
    listener.push(far)
    return near
  }
}

class Queue<T> implements AsyncIterable<T> {
  #controller!: ReadableStreamDefaultController<T>
  readonly #items = new ReadableStream<T>({
    start: (own) => {
      this.#controller = own
    },
  })
  #open = true

  push(item: T): void {
    if (this.#open) this.#controller.enqueue(item)
  }

  end(): void {
    if (this.#open) this.#controller.close()
    this.#open = false
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return this.#items[Symbol.asyncIterator]()
  }
}

class FakeListener extends Queue<HttpSession> implements HttpListener {
  readonly #onClose: () => void

  constructor(onClose: () => void) {
    super()
    this.#onClose = onClose
  }

  async close(): Promise<void> {
    this.#onClose()
    this.end()
  }
}

export class FakeSession implements HttpSession {
  readonly remoteKey: Key
  readonly streams: Queue<HttpStream> = new Queue<HttpStream>()
  readonly closed: Promise<void>
  /** Streams that aren't over in both directions. */
  open = 0
  closeReason: Error | undefined
  /** What opening a stream fails with; the session itself doesn't know that it is dead. */
  refusal: Error | undefined
  #far!: FakeSession
  readonly #cuts = new Set<(reason: Error) => void>()
  #settle!: { resolve: () => void; reject: (reason: Error) => void }

  constructor(remoteKey: Key) {
    this.remoteKey = remoteKey
    this.closed = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.closed.catch(() => undefined)
  }

  meet(far: FakeSession): void {
    this.#far = far
  }

  get far(): FakeSession {
    return this.#far
  }

  async openStream({ signal }: { signal?: AbortSignal } = {}): Promise<HttpStream> {
    signal?.throwIfAborted()
    if (this.refusal !== undefined) throw this.refusal
    const there = pipe()
    const back = pipe()
    this.open += 1
    const cut = (reason: Error): void => {
      there.cut(reason)
      back.cut(reason)
    }
    this.#cuts.add(cut)
    void Promise.allSettled([there.over, back.over]).then(() => {
      this.open -= 1
      this.#cuts.delete(cut)
    })
    this.#far.streams.push({ readable: there.readable, writable: back.writable })
    return { readable: back.readable, writable: there.writable }
  }

  async close(reason?: Error): Promise<void> {
    this.closeReason = reason
    this.#end()
    this.#far.#end()
  }

  release(): Promise<void> {
    return this.close()
  }

  /** As when the other side vanishes. */
  lose(reason: Error = new SnekError('session-lost', 'the other side is gone')): void {
    this.#end(reason)
    this.#far.#end(reason)
  }

  #end(reason?: Error): void {
    for (const cut of this.#cuts) cut(reason ?? new SnekError('session-closed', 'the session was closed'))
    this.streams.end()
    if (reason === undefined) this.#settle.resolve()
    else this.#settle.reject(reason)
  }
}

interface Pipe {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly over: Promise<unknown>
  cut(reason: Error): void
}

/** One direction of a stream: a chunk at a time, resets from either end. */
function pipe(): Pipe {
  let reading!: ReadableStreamDefaultController<Uint8Array>
  let writing!: WritableStreamDefaultController
  /** Lets a write go that waits for the reader. */
  let taken: () => void = () => undefined
  let finish!: () => void
  const over = new Promise<void>((resolve) => {
    finish = resolve
  })
  const end = (): void => {
    taken()
    finish()
  }
  const readable = new ReadableStream<Uint8Array>({
    start: (controller) => {
      reading = controller
    },
    pull: () => taken(),
    cancel: (reason) => {
      writing.error(new SnekError('stream-stopped', `the other side reads no more: ${String(reason)}`))
      end()
    },
  })
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => {
      writing = controller
      // At once, not only after the write that waits for the other side.
      const { signal } = controller as unknown as { signal: AbortSignal }
      signal.addEventListener('abort', () => {
        reading.error(new SnekError('stream-reset', `the other side gave up: ${String(signal.reason)}`))
        end()
      })
    },
    write: async (chunk) => {
      reading.enqueue(chunk.slice())
      if ((reading.desiredSize as number) > 0) return
      await new Promise<void>((resolve) => {
        taken = resolve
      })
    },
    close: () => {
      reading.close()
      end()
    },
  })
  return {
    readable,
    writable,
    over,
    cut: (reason) => {
      reading.error(reason)
      writing.error(reason)
      end()
    },
  }
}
