// Publishes a local HTTP service under the key of a node: a reverse proxy.
import { Agent, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps, Agent as SecureAgent } from 'node:https'
import { HttpError } from '../errors.ts'
import type { HttpNetwork } from '../network.ts'
import { remoteKey, serveHttp } from '../node/serve.ts'
import type { HttpService, ServeOptions } from '../serve-options.ts'
import { type Forwarding, forwardRequest, forwardUpgrade } from './forward.ts'
import { endToEndHeaders } from './headers.ts'

export interface ExposeOptions extends ServeOptions {
  /** The protocol name to listen for; `http` by default. */
  protocol?: string
}

/** Whose request it is, as its session proved it. */
export const REMOTE_KEY_HEADER = 'X-Snek-Remote-Key'

/** Said of a request by the proxies before; what comes with one says nothing. */
const FORWARDED = [
  'forwarded',
  'host',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  REMOTE_KEY_HEADER.toLowerCase(),
]

/** Connections to the origin at once; requests beyond it wait. */
const MAX_ORIGIN_CONNECTIONS = 256

/**
 * Answers requests over the overlay with the answers of `origin`, `http://HOST:PORT` or https. Paths stay as
 * they are, `Host` becomes the origin's; `X-Forwarded-For`, `-Host` and `-Proto` tell what it was, and
 * `X-Snek-Remote-Key` whose it is. WebSockets pass. Throws `HttpError` `bad-url`.
 */
export async function exposeHttp(
  network: HttpNetwork,
  origin: string | URL,
  { protocol = 'http', ...options }: ExposeOptions = {},
): Promise<HttpService> {
  const target = new Origin(parseOrigin(origin))
  const service = await serveHttp(
    network,
    protocol,
    (request, response) => forwardRequest(request, response, target.forwarding(request)),
    options,
  )
  service.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined) // its closing tells
    forwardUpgrade(request, socket, head, target.forwarding(request))
  })
  const close = async (): Promise<void> => {
    await service.close()
    target.close()
  }
  return { closed: service.closed, close, [Symbol.asyncDispose]: close }
}

class Origin {
  readonly #url: URL
  readonly #agent: Agent

  constructor(url: URL) {
    this.#url = url
    const options = { keepAlive: true, maxSockets: MAX_ORIGIN_CONNECTIONS }
    this.#agent = url.protocol === 'https:' ? new SecureAgent(options) : new Agent(options)
  }

  forwarding(request: IncomingMessage): Forwarding {
    const { host, hostname, port, protocol, origin } = this.#url
    const asked = request.headers.host ?? ''
    const key = remoteKey(request)?.hex ?? ''
    return {
      path: request.url ?? '/',
      headers: [
        ...['Host', host],
        ...endToEndHeaders(request, FORWARDED),
        ...['X-Forwarded-For', key, 'X-Forwarded-Host', asked, 'X-Forwarded-Proto', 'http'],
        ...[REMOTE_KEY_HEADER, key],
      ],
      request: (options) => {
        const to = { ...options, agent: this.#agent, hostname: unbracket(hostname), port }
        return protocol === 'https:' ? requestHttps(to) : requestHttp(to)
      },
      mapResponseHeaders: (headers) =>
        headers.map((value, at) => {
          const isLocation = at % 2 === 1 && headers[at - 1]?.toLowerCase() === 'location'
          return isLocation ? relocate(value, origin, asked) : value
        }),
      describe: ({ message }) => ({ status: 502, message: `${origin} doesn't answer: ${message}` }),
    }
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** What can be exposed: the URL of a web server, without a path. Throws `HttpError` `bad-url`. */
export function parseOrigin(origin: string | URL): URL {
  const text = String(origin)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new HttpError('bad-url', `${text} is no http:// or https:// URL`)
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new HttpError('bad-url', `${text}: paths stay as they are, so give the origin alone: ${url.origin}`)
  }
  return url
}

/** A redirect within the origin stays within the key. */
function relocate(location: string, origin: string, host: string): string {
  if (location !== origin && !location.startsWith(`${origin}/`)) return location
  return `http://${host}${location.slice(origin.length)}`
}

function unbracket(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
