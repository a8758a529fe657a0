// A server for ordinary node:http request listeners, one exchange a stream.
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { Key } from '@snek/wire'
import { StreamAcceptor } from '../accept-streams.ts'
import type { HttpNetwork } from '../network.ts'
import { type HttpService, type ServeOptions, withServeDefaults } from '../serve-options.ts'
import { StreamSocket } from './duplex.ts'
import { StreamServer } from './stream-server.ts'

export interface NodeHttpService extends HttpService {
  /** Takes further listeners: `upgrade` for WebSockets, as with `new WebSocketServer({ server })`. */
  readonly server: Server
}

/**
 * Serves HTTP at the network's key: `listener` is any node:http request listener, an Express app for one.
 * Bad requests are answered 400, slow ones 408, oversized heads 431, too many at once 503.
 */
export async function serveHttp(
  network: HttpNetwork,
  protocol: string,
  listener: RequestListener,
  options: ServeOptions = {},
): Promise<NodeHttpService> {
  const limits = withServeDefaults(options)
  const server = new StreamServer(listener, limits)
  const acceptor = new StreamAcceptor(await network.listen(protocol), server, limits, limits.logger)
  const close = async (): Promise<void> => {
    server.destroyStreams()
    await acceptor.close()
  }
  return { server, closed: acceptor.closed, close, [Symbol.asyncDispose]: close }
}

/** Whose request it is, as the session proved it; undefined for one that didn't come through the overlay. */
export function remoteKey(request: IncomingMessage): Key | undefined {
  return request.socket instanceof StreamSocket ? request.socket.remoteKey : undefined
}
