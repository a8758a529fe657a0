// The node's end of the admin socket: answers commands of the user who runs the node.
import { rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { type Clock, type Logger, silentLogger } from '@snek/platform'
import type { RouterSnapshot } from '@snek/router'
import { Key } from '@snek/wire'
import type { StreamNetwork } from '../streams.ts'
import { AdminConnection, REQUEST_LIMIT } from './connection.ts'
import {
  ADMIN_VERSION,
  type AdminReply,
  type AdminRequest,
  describeFailure,
  readRequest,
} from './messages.ts'
import { PendingStreams } from './pending-streams.ts'
import { carryStream } from './server-stream.ts'
import { listenPrivately } from './socket-path.ts'

export interface AdminServerOptions {
  /** Where the socket is made; `defaultAdminPath()` names the user's. */
  path: string
  network: StreamNetwork
  /** What `status` answers. */
  status: () => RouterSnapshot
  clock: Clock
  logger?: Logger
}

/** Connections at a time; one more is closed at once. */
const CONNECTION_LIMIT = 1024
/** How long a connection may take to say what it is for, in milliseconds. */
const REQUEST_TIME = 10_000

/** Opens the admin socket. Throws `AdminError`: `admin-in-use`, `admin-path-unusable`. */
export async function serveAdmin(options: AdminServerOptions): Promise<AdminServer> {
  const server = createServer()
  server.maxConnections = CONNECTION_LIMIT
  await listenPrivately(server, options.path)
  return new AdminServer(server, options)
}

export class AdminServer implements AsyncDisposable {
  readonly path: string
  readonly #server: Server
  readonly #options: AdminServerOptions
  readonly #logger: Logger
  readonly #pending: PendingStreams
  readonly #sockets = new Set<Socket>()

  constructor(server: Server, options: AdminServerOptions) {
    this.path = options.path
    this.#server = server
    this.#options = options
    this.#logger = options.logger ?? silentLogger
    this.#pending = new PendingStreams(options.clock)
    server.on('connection', (socket) => void this.#serve(socket))
  }

  /** Ends every admin connection, cutting what they carry, and removes the socket. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    this.#pending.close()
    await closed
    await rm(this.path, { force: true })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    const connection = new AdminConnection(socket, REQUEST_LIMIT)
    try {
      const request = await this.#firstMessage(connection)
      if (request !== undefined) await this.#answer(connection, readRequest(request))
      connection.close()
    } catch (error) {
      this.#logger.log('debug', 'admin connection failed', { reason: (error as Error).message })
      await refuse(connection, error)
    }
  }

  async #firstMessage(connection: AdminConnection): Promise<unknown> {
    const { clock } = this.#options
    const limit = clock.setTimeout(() => connection.destroy(), REQUEST_TIME)
    try {
      return await connection.receive()
    } finally {
      clock.clearTimeout(limit)
    }
  }

  async #answer(connection: AdminConnection, request: AdminRequest): Promise<void> {
    const { network, status } = this.#options
    switch (request.type) {
      case 'hello':
        return reply(connection, { type: 'hello', key: network.key.toString() })
      case 'status':
        return reply(connection, { type: 'status', status: status() })
      case 'open':
        return this.#open(connection, request)
      case 'listen':
        return this.#listen(connection, request.protocol)
      case 'accept': {
        const stream = this.#pending.take(request.id)
        await reply(connection, { type: 'stream', key: stream.remoteKey.toString() })
        return carryStream(connection, stream)
      }
    }
  }

  async #open(connection: AdminConnection, request: AdminRequest & { type: 'open' }): Promise<void> {
    const gone = new AbortController()
    // Until the stream is open nothing is due from the command, so a message or an end means that it gave up.
    const next = connection.receive()
    next.finally(() => gone.abort()).catch(() => undefined)
    const stream = await this.#options.network.open(Key.parse(request.key), request.protocol, {
      signal: gone.signal,
    })
    await reply(connection, { type: 'stream', key: stream.remoteKey.toString() })
    return carryStream(connection, stream, next)
  }

  async #listen(connection: AdminConnection, protocol: string): Promise<void> {
    await using incoming = await this.#options.network.listen(protocol)
    await reply(connection, { type: 'listening' })
    const offered = new Set<number>()
    const announce = async (): Promise<void> => {
      for await (const stream of incoming) {
        const id = this.#pending.add(stream, offered)
        if (id === undefined) continue
        await connection.send({ type: 'incoming', id, key: stream.remoteKey.toString() })
      }
    }
    try {
      await Promise.race([announce(), connection.receive()])
    } finally {
      this.#pending.drop(offered)
    }
  }
}

function reply(connection: AdminConnection, message: AdminReply): Promise<void> {
  return connection.send({ version: ADMIN_VERSION, ...message })
}

/** Says why, where the other side still listens, and closes. */
async function refuse(connection: AdminConnection, reason: unknown): Promise<void> {
  try {
    await connection.send({ version: ADMIN_VERSION, type: 'error', ...describeFailure(reason) })
    connection.close()
  } catch {
    connection.destroy()
  }
}
