// A server for programs on this machine: it listens, and closes with all its connections.
import type { AddressInfo, Server, Socket } from 'node:net'
import { formatAddress, systemError } from '@snek/transport'

export interface ProxyOptions {
  /** 127.0.0.1 by default. Whoever can connect there can use the proxy: there is no password. */
  host?: string
  /** 0, the default, takes a free one. */
  port?: number
}

export interface ProxyService extends AsyncDisposable {
  /** What programs are told: `http://127.0.0.1:8118`, or `socks5h://…`, whose names the proxy looks up. */
  readonly url: string
  /** Stops listening, and ends all connections. */
  close(): Promise<void>
}

/** Connections at once; more are dropped. */
const MAX_CONNECTIONS = 512

/** Rejects with a `TransportError` if the address can't be listened at. */
export async function listenLocally(
  server: Server,
  scheme: string,
  { host = '127.0.0.1', port = 0 }: ProxyOptions,
  onClose: () => Promise<void>,
): Promise<ProxyService> {
  const sockets = new Set<Socket>()
  server.maxConnections = MAX_CONNECTIONS
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(systemError('listen', `${scheme}://${formatAddress(host, port)}`, error))
    server.once('error', fail)
    server.listen({ host, port }, () => {
      server.off('error', fail)
      resolve()
    })
  })
  // From now on an error is a connection that couldn't be accepted: it is lost, the others go on.
  server.on('error', () => undefined)
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await onClose()
    await closed
  }
  const { port: taken } = server.address() as AddressInfo
  return { url: `${scheme}://${formatAddress(host, taken)}`, close, [Symbol.asyncDispose]: close }
}
