import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type BufferPool, type ByteStream, formatAddress, type Listener, systemError } from '@snek/transport'
import { WebSocketServer } from 'ws'
import { AcceptedSocket } from './accepted-socket.ts'
import { MAX_REQUESTS } from './limits.ts'
import { checkListened } from './uri.ts'
import { WEBSOCKET_OPTIONS, WebSocketStream } from './websocket-stream.ts'

/** How long a connection may take to ask for its WebSocket, in milliseconds. */
const REQUEST_LIMIT = 10_000

const TEXT = 'Peers of the snek overlay network connect here by WebSocket. There is no page to see.\n'

/** Web pages of any origin may connect: a peering trusts keys, not pages. */
export async function listen(
  uri: URL,
  onStream: (stream: ByteStream) => void,
  pool: BufferPool,
): Promise<Listener> {
  checkListened(uri)
  const webSockets = new WebSocketServer({ noServer: true, clientTracking: false, ...WEBSOCKET_OPTIONS })
  const server = createServer({
    headersTimeout: REQUEST_LIMIT,
    requestTimeout: REQUEST_LIMIT,
    connectionsCheckingInterval: REQUEST_LIMIT / 10,
  })
  const requesting = new Set<Socket>()
  server.on('connection', (socket) => {
    const [first] = requesting
    if (first && requesting.size >= MAX_REQUESTS) {
      requesting.delete(first)
      first.destroy()
    }
    requesting.add(socket.once('close', () => requesting.delete(socket)))
  })
  const status = (request: IncomingMessage): 404 | 426 => (pathOf(request) === uri.pathname ? 426 : 404)
  server.on('request', (request, response) => answer(response, status(request)))
  server.on('upgrade', (request, socket: Socket, head) => {
    if (status(request) === 404) return refuse(socket, 404)
    requesting.delete(socket)
    const { remoteAddress, remotePort } = socket
    if (remoteAddress === undefined || remotePort === undefined) return socket.destroy() // gone again
    const accepted = new AcceptedSocket(socket, head)
    return webSockets.handleUpgrade(request, accepted, Buffer.alloc(0), (ws) => {
      const from = `ws://${formatAddress(remoteAddress, remotePort)}`
      const stream = new WebSocketStream(ws, accepted, pool, from)
      accepted.onPayload = (bytes) => stream.receive(bytes)
      onStream(stream)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(systemError('listen', uri.href, error)))
    const host = uri.hostname.replace(/^\[(.*)\]$/, '$1')
    server.listen({ host, port: Number(uri.port || 80) }, resolve)
  })
  // From now on an error is a connection that could not be accepted, for want of file descriptors say. It is
  // lost, the listener goes on.
  server.removeAllListeners('error').on('error', () => undefined)
  const taken = server.address() as AddressInfo
  return {
    uri: `ws://${uri.hostname}:${taken.port}${uri.pathname}`,
    close: async () => {
      // The port is free at once. Node would call back only when all WebSockets are closed as well.
      server.close()
      server.closeAllConnections() // WebSockets are none of them
    },
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').replace(/\?.*$/s, '')
}

function answer(response: ServerResponse, status: 404 | 426): void {
  const headers = { connection: 'close', 'content-type': 'text/plain; charset=utf-8' }
  response.writeHead(status, status === 426 ? { ...headers, upgrade: 'websocket' } : headers)
  response.end(TEXT)
}

function refuse(socket: Duplex, status: 404): void {
  socket.on('error', () => socket.destroy())
  socket.once('finish', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n` +
      `content-type: text/plain; charset=utf-8\r\ncontent-length: ${TEXT.length}\r\n\r\n${TEXT}`,
  )
}
