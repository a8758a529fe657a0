// The command's end of the admin socket.
import { createConnection } from 'node:net'
import type { RouterSnapshot } from '@snek/router'
import { Key } from '@snek/wire'
import type { IncomingStreams, PeerStream, StreamNetwork } from '../streams.ts'
import { AdminStream } from './client-stream.ts'
import { AdminConnection, REPLY_LIMIT } from './connection.ts'
import { AdminError, RemoteError } from './errors.ts'
import {
  ADMIN_VERSION,
  type AdminReply,
  type AdminRequest,
  readIncomingMessage,
  readReply,
} from './messages.ts'

/**
 * A running node, behind its admin socket at `path`. Throws `AdminError`: `no-running-node`,
 * `admin-path-unusable`, `admin-version`.
 */
export async function connectAdmin(path: string): Promise<AdminClient> {
  const { connection, reply } = await request(path, { type: 'hello' }, 'hello')
  connection.close()
  return new AdminClient(path, Key.parse(reply.key))
}

export class AdminClient implements StreamNetwork {
  readonly path: string
  /** The running node's. */
  readonly key: Key

  constructor(path: string, key: Key) {
    this.path = path
    this.key = key
  }

  /** What the node says of itself. */
  async status(): Promise<RouterSnapshot> {
    const { connection, reply } = await request(this.path, { type: 'status' }, 'status')
    connection.close()
    return reply.status
  }

  async open(key: Key, protocol: string, options: { signal?: AbortSignal } = {}): Promise<PeerStream> {
    const opening = request(
      this.path,
      { type: 'open', key: key.toString(), protocol },
      'stream',
      options.signal,
    )
    const { connection, reply } = await opening
    return new AdminStream(connection, Key.parse(reply.key))
  }

  async listen(protocol: string): Promise<IncomingStreams> {
    const { connection } = await request(this.path, { type: 'listen', protocol }, 'listening')
    return new AdminListener(this.path, connection)
  }
}

class AdminListener implements IncomingStreams {
  readonly #path: string
  readonly #connection: AdminConnection
  #closed = false

  constructor(path: string, connection: AdminConnection) {
    this.#path = path
    this.#connection = connection
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<PeerStream, void> {
    for (;;) {
      const received = await this.#next()
      if (received === undefined) return
      const message = readIncomingMessage(received)
      if (message.type === 'error') throw new RemoteError(message.code, message.message)
      const stream = await this.#accept(message.id)
      if (stream !== undefined) yield stream
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#connection.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Undefined for a stream that waited for too long. */
  async #accept(id: number): Promise<PeerStream | undefined> {
    try {
      const { connection, reply } = await request(this.#path, { type: 'accept', id }, 'stream')
      return new AdminStream(connection, Key.parse(reply.key))
    } catch (error) {
      if (error instanceof RemoteError && error.code === 'no-such-stream') return undefined
      throw error
    }
  }

  async #next(): Promise<unknown> {
    try {
      const received = await this.#connection.receive()
      if (received !== undefined || this.#closed) return received
    } catch (error) {
      if (this.#closed) return undefined
      throw error
    }
    throw new AdminError('admin-connection-lost', 'the running node ended')
  }
}

type Reply<T extends AdminReply['type']> = Extract<AdminReply, { type: T }>

/** A connection that was asked for one thing and granted it. */
async function request<T extends AdminReply['type']>(
  path: string,
  message: AdminRequest,
  expected: T,
  signal?: AbortSignal,
): Promise<{ connection: AdminConnection; reply: Reply<T> }> {
  signal?.throwIfAborted()
  const connection = await connect(path)
  const abort = (): void => connection.destroy()
  signal?.addEventListener('abort', abort)
  try {
    await connection.send({ version: ADMIN_VERSION, ...message })
    const received = await connection.receive()
    if (received === undefined)
      throw new AdminError('admin-connection-lost', 'the running node gave no answer')
    const reply = readReply(received)
    if (reply.type === 'error') throw new RemoteError(reply.code, reply.message)
    if (reply.type !== expected) throw new AdminError('admin-malformed', `an answer of type ${reply.type}`)
    return { connection, reply: reply as Reply<T> }
  } catch (error) {
    connection.destroy()
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

function connect(path: string): Promise<AdminConnection> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.once('connect', () => resolve(new AdminConnection(socket, REPLY_LIMIT)))
    socket.once('error', (cause: NodeJS.ErrnoException) => reject(notRunning(path, cause)))
  })
}

function notRunning(path: string, cause: NodeJS.ErrnoException): AdminError {
  if (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED') {
    return new AdminError(
      'no-running-node',
      `no node is running at ${path}: start one with snek up, or name its socket with --admin PATH`,
      { cause },
    )
  }
  const reason = cause.code === 'EACCES' ? 'it belongs to another user' : cause.message
  return new AdminError('admin-path-unusable', `can't use the admin socket ${path}: ${reason}`, { cause })
}
