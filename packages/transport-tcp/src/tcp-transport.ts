import { type AddressInfo, createServer, connect as netConnect, type Socket } from 'node:net'
import {
  BufferPool,
  type ByteStream,
  type DialOptions,
  formatAddress,
  type Listener,
  systemError,
  type Transport,
  TransportError,
} from '@snek/transport'
import { parseAddress } from './address.ts'
import { SocketReader } from './socket-reader.ts'
import { TcpStream } from './tcp-stream.ts'

/** The peering's own keepalives find silent peers; TCP's only clean up after those that were unplugged. */
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 } as const

/** What one read takes, and the rest of a frame that began before it: one write, mostly. In bytes. */
const WRITE_BUFFER = 96 * 1024

/**
 * Carries peerings over TCP, the way the network is mostly linked (PROTOCOL.md section 2). URIs are
 * `tcp://host:port`, where host is a name, an IPv4 address, or an IPv6 address in brackets.
 */
export function tcpTransport(): Required<Transport> {
  const pool = new BufferPool(WRITE_BUFFER)
  return {
    schemes: ['tcp'],
    dial: (uri, options) => dial(uri, options, pool),
    listen: (uri, onStream) => listen(uri, onStream, pool),
  }
}

async function dial(uri: URL, { signal }: DialOptions = {}, pool: BufferPool): Promise<ByteStream> {
  const { host, port } = parseAddress(uri)
  if (port === 0) throw new TransportError('address-unusable', `${uri.href}: port 0 can only be listened on`)
  signal?.throwIfAborted()
  const reader = new SocketReader()
  const socket = netConnect({ host, port, onread: reader.onread, ...SOCKET_OPTIONS }).pause()
  const stream = new TcpStream(socket, reader, pool, `tcp://${uri.host}`)
  await connected(socket, uri.href, signal)
  return stream
}

/** Rejects with what went wrong, or with the signal's reason, when nothing of the socket is left. */
function connected(socket: Socket, uri: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      socket.destroy()
      reject(signal?.reason)
    }
    const onError = (error: Error): void => {
      signal?.removeEventListener('abort', onAbort)
      reject(systemError('dial', uri, error))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    socket.once('error', onError)
    socket.once('connect', () => {
      socket.off('error', onError)
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
  })
}

async function listen(uri: URL, onStream: (stream: ByteStream) => void, pool: BufferPool): Promise<Listener> {
  const { host, port } = parseAddress(uri)
  const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, (accepted) => {
    const { remoteAddress, remotePort } = accepted
    if (remoteAddress === undefined || remotePort === undefined) return accepted.destroy() // gone again
    const reader = new SocketReader()
    const from = `tcp://${formatAddress(remoteAddress, remotePort)}`
    return onStream(new TcpStream(reader.adopt(accepted), reader, pool, from))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(systemError('listen', uri.href, error)))
    server.listen({ host, port }, resolve)
  })
  // From now on an error is a connection that could not be accepted, for want of file descriptors say. It is
  // lost, the listener goes on.
  server.removeAllListeners('error').on('error', () => undefined)
  const taken = server.address() as AddressInfo
  return {
    uri: `tcp://${uri.hostname}:${taken.port}`,
    close: async () => {
      // The port is free at once. Node would call back only when all accepted sockets are closed as well.
      server.close()
    },
  }
}
