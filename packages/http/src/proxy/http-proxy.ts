// A local HTTP proxy into the overlay, for programs that know nothing of it.
import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { HttpError } from '../errors.ts'
import type { HttpNetwork } from '../network.ts'
import { parseHost } from '../overlay-url.ts'
import { MAX_HEAD_SIZE } from '../serve-options.ts'
import { type Forwarding, forwardRequest, forwardUpgrade, refuse, responseOn } from './forward.ts'
import { endToEndHeaders } from './headers.ts'
import { join } from './join.ts'
import { listenLocally, type ProxyOptions, type ProxyService } from './local-server.ts'
import { isTimeout, keyOfAuthority, OverlayTarget, type OverlayTargetOptions } from './overlay-target.ts'

const ABSOLUTE = /^http:\/\/([^/?#]*)([^#]*)/i

/**
 * Listens for programs that use an HTTP proxy: requests for `http://KEY/…` and CONNECT to `KEY:port`, the port
 * meaning nothing. Nothing outside the overlay is reached. Web pages can't use it behind the user's back: what
 * isn't sent to a proxy on purpose is refused, and so is what a page of the web asks of the overlay.
 */
export function serveHttpProxy(
  network: HttpNetwork,
  options: ProxyOptions & OverlayTargetOptions = {},
): Promise<ProxyService> {
  const target = new OverlayTarget(network, options)
  // Uploads take what they take.
  const server = createServer({ maxHeaderSize: MAX_HEAD_SIZE, requestTimeout: 0 })
  server.on('request', (request, response) => void forward(target, request, response))
  server.on('upgrade', (request, socket, head) => void upgrade(target, request, socket, head))
  server.on('connect', (request, socket, head) => void connect(target, request, socket, head))
  return listenLocally(server, 'http', options, () => target.close())
}

async function forward(
  target: OverlayTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    forwardRequest(request, response, await forwarding(target, request))
  } catch (error) {
    answerFailure(response, error)
  }
}

async function upgrade(
  target: OverlayTarget,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => undefined) // its closing tells
  try {
    forwardUpgrade(request, socket, head, await forwarding(target, request))
  } catch (error) {
    answerFailure(responseOn(request, socket), error)
  }
}

async function connect(
  target: OverlayTarget,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => undefined) // its closing tells
  try {
    const far = await target.connect(keyOfAuthority(request.url ?? ''), socket)
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    if (head.length > 0) socket.unshift(head)
    await join(socket, far)
  } catch (error) {
    answerFailure(responseOn(request, socket), error)
  }
}

async function forwarding(target: OverlayTarget, request: IncomingMessage): Promise<Forwarding> {
  const [, authority, path] = ABSOLUTE.exec(request.url ?? '') ?? []
  if (authority === undefined || path === undefined) {
    throw new HttpError('bad-url', 'this is a proxy into the overlay: ask it for http://KEY/…')
  }
  const { origin } = request.headers
  if (origin !== undefined && !isOverlayOrigin(origin)) {
    throw new HttpError('foreign-origin', `pages of ${origin} may not ask the overlay for anything`)
  }
  const key = keyOfAuthority(authority)
  const stream = await target.connect(key, request.socket)
  return {
    path: path.startsWith('/') ? path : `/${path}`,
    headers: ['Host', key.hex, ...endToEndHeaders(request, ['host'])],
    request: (options) => requestHttp({ ...options, createConnection: () => stream }),
    describe: ({ message }) => ({ status: 502, message: `${key.short()} gave no answer: ${message}` }),
  }
}

function isOverlayOrigin(origin: string): boolean {
  return URL.canParse(origin) && parseHost(new URL(origin).hostname) !== undefined
}

function answerFailure(response: ServerResponse, error: unknown): void {
  refuse(response, statusOf(error), error instanceof Error ? error.message : String(error))
}

function statusOf(error: unknown): number {
  if (error instanceof HttpError && error.code === 'bad-url') return 400
  if (error instanceof HttpError && ['not-a-key', 'foreign-origin'].includes(error.code)) return 403
  return isTimeout(error) ? 504 : 502
}
