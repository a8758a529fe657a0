// A local SOCKS5 proxy into the overlay (RFC 1928): CONNECT to names that are keys, without a password.
import { createServer, type Socket } from 'node:net'
import { type Clock, systemClock } from '@snek/platform'
import type { HttpNetwork } from '../network.ts'
import { parseHost } from '../overlay-url.ts'
import { join } from './join.ts'
import { listenLocally, type ProxyOptions, type ProxyService } from './local-server.ts'
import { isTimeout, OverlayTarget, type OverlayTargetOptions } from './overlay-target.ts'
import { GreetingError, SocketReader } from './socket-reader.ts'
import { readGreeting, SocksReply, socksReply } from './socks-greeting.ts'

/** How long a client may take to say what it wants, in milliseconds. */
export const GREETING_LIMIT = 10_000

/**
 * Listens for programs that use a SOCKS5 proxy and leave names to it (`socks5h`): a name is a key, as hex or
 * KEY52.snek; the port means nothing. Nothing outside the overlay is reached.
 */
export function serveSocksProxy(
  network: HttpNetwork,
  options: ProxyOptions & OverlayTargetOptions = {},
): Promise<ProxyService> {
  const { clock = systemClock() } = options
  const target = new OverlayTarget(network, options)
  const server = createServer({ allowHalfOpen: true }, (socket) => void serve(socket, target, clock))
  return listenLocally(server, 'socks5h', options, () => target.close())
}

async function serve(socket: Socket, target: OverlayTarget, clock: Clock): Promise<void> {
  socket.on('error', () => undefined) // its closing tells
  const limit = clock.setTimeout(() => socket.destroy(), GREETING_LIMIT)
  try {
    const reader = new SocketReader(socket)
    const name = await readGreeting(reader, (reply) => void socket.write(reply))
    reader.finish()
    clock.clearTimeout(limit)
    await connect(socket, name, target)
  } catch (error) {
    if (!(error instanceof GreetingError)) throw error
    socket.destroySoon()
  } finally {
    clock.clearTimeout(limit)
  }
}

async function connect(socket: Socket, name: string, target: OverlayTarget): Promise<void> {
  const key = parseHost(name)
  if (key === undefined) {
    socket.end(socksReply(SocksReply.notAllowed))
    return
  }
  const far = await target.connect(key, socket).catch((error: unknown) => {
    socket.end(socksReply(isTimeout(error) ? SocksReply.timedOut : SocksReply.hostUnreachable))
  })
  if (far === undefined) return
  socket.write(socksReply(SocksReply.succeeded))
  await join(socket, far)
}
