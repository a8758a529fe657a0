// Streams between keys over the sessions of a node in this process. A session is ended by the side that dialled
// it, with the last of its streams: the other side can't know whether one more is on its way. Sessions with the Go
// implementation, which both sides use, stay a little longer.
import { SnekError } from '@snek/platform'
import { CloseCode, type Session, type SessionListener, type SessionStream } from '@snek/sessions'
import type { Key } from '@snek/wire'
import type { IncomingStreams, PeerStream, StreamNetwork } from './streams.ts'

/** What is needed of a node. */
export interface SessionNetwork {
  readonly key: Key
  dial(key: Key, protocol: string, options?: { signal?: AbortSignal }): Promise<Session>
  listen(protocol: string): SessionListener
}

/** Streams that wait for one who listens; one more is cut. */
const WAITING_LIMIT = 128

/** A node as a network of streams: what its admin socket and the commands use. */
export function streamNetwork(node: SessionNetwork): StreamNetwork {
  const dialled = new DialledSessions(node)
  const listeners = new Map<string, StreamListener>()
  return {
    key: node.key,
    open: (key, protocol, { signal } = {}) => dialled.open(key, protocol, signal),
    listen: async (protocol) => {
      const sessions = node.listen(protocol)
      const listener = new StreamListener(sessions, () => listeners.delete(protocol))
      listeners.set(protocol, listener)
      void acceptSessions(sessions, listeners).then(() => listener.close())
      return listener
    },
  }
}

/** Counts the streams of sessions, which dials to the same key for the same protocol share. */
class DialledSessions {
  readonly #node: SessionNetwork
  readonly #streams = new Map<Session, number>()

  constructor(node: SessionNetwork) {
    this.#node = node
  }

  async open(key: Key, protocol: string, signal: AbortSignal | undefined): Promise<PeerStream> {
    const options = signal === undefined ? {} : { signal }
    const session = await this.#node.dial(key, protocol, options)
    this.#streams.set(session, (this.#streams.get(session) ?? 0) + 1)
    try {
      const stream = await session.openStream(options)
      return new SessionPeerStream(key, stream, (reason) => this.#release(session, reason))
    } catch (error) {
      await this.#release(session, error as Error)
      throw error
    }
  }

  /** Undefined if the session stays, for others. */
  #release(session: Session, reason: Error | undefined): Promise<void> | undefined {
    const rest = (this.#streams.get(session) ?? 1) - 1
    if (rest > 0) {
      this.#streams.set(session, rest)
      return undefined
    }
    this.#streams.delete(session)
    return session.release(reason)
  }
}

class SessionPeerStream implements PeerStream {
  readonly remoteKey: Key
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly #stream: SessionStream
  /** Gives the end of the session, if it ends with the stream. */
  readonly #release: (reason: Error | undefined) => Promise<void> | undefined
  #closed: Promise<void> | undefined

  constructor(
    key: Key,
    stream: SessionStream,
    release: (reason: Error | undefined) => Promise<void> | undefined,
  ) {
    this.remoteKey = key
    this.readable = stream.readable
    this.writable = stream.writable
    this.#stream = stream
    this.#release = release
  }

  close(reason?: Error): Promise<void> {
    this.#closed ??= this.#close(reason)
    return this.#closed
  }

  async #close(reason: Error | undefined): Promise<void> {
    const sessionEnd = this.#release(reason)
    if (reason === undefined) {
      this.#stream.stop(CloseCode.done)
    } else if (sessionEnd === undefined) {
      this.#stream.reset(CloseCode.failed)
      this.#stream.stop(CloseCode.failed)
    }
    await sessionEnd
  }
}

/** Hands the streams of incoming sessions to whoever listens for their protocol when they come. */
async function acceptSessions(
  sessions: SessionListener,
  listeners: ReadonlyMap<string, StreamListener>,
): Promise<void> {
  for await (const session of sessions) void acceptStreams(session, listeners)
}

async function acceptStreams(
  session: Session,
  listeners: ReadonlyMap<string, StreamListener>,
): Promise<void> {
  for await (const stream of session.streams) {
    const peerStream = new SessionPeerStream(session.remoteKey, stream, () => undefined)
    if (listeners.get(session.protocol)?.offer(peerStream)) continue
    await peerStream.close(new SnekError('busy', 'nobody takes the stream'))
  }
}

class StreamListener implements IncomingStreams {
  readonly #sessions: SessionListener
  readonly #onClose: () => void
  readonly #waiting: PeerStream[] = []
  #closed = false
  #wake: () => void = () => undefined

  constructor(sessions: SessionListener, onClose: () => void) {
    this.#sessions = sessions
    this.#onClose = onClose
  }

  /** False if it must wait and too many do. */
  offer(stream: PeerStream): boolean {
    if (this.#waiting.length >= WAITING_LIMIT) return false
    this.#waiting.push(stream)
    this.#wake()
    return true
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<PeerStream, void> {
    while (!this.#closed) {
      const next = this.#waiting.shift()
      if (next !== undefined) {
        yield next
        continue
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#onClose()
    this.#wake()
    const reason = new SnekError('busy', 'nobody listens any more')
    await Promise.all(this.#waiting.splice(0).map((stream) => stream.close(reason)))
    await this.#sessions.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
