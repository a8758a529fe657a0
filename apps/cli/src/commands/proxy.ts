import { type ProxyService, serveHttpProxy, serveSocksProxy } from '@snek/http/proxy'
import { httpNetwork } from '../http-network.ts'
import { type NetworkOptions, type OpenNetwork, openNetwork } from '../network.ts'
import { emit, say } from '../output.ts'
import { onStop } from '../signals.ts'

/** Where programs look for an HTTP proxy that is told nothing else: Privoxy's port. */
const HTTP_PORT = 8118

interface ProxyOptions extends NetworkOptions {
  readonly http?: number
  readonly socks?: number
  readonly protocol: string
  readonly json?: true
}

export async function proxy(options: ProxyOptions): Promise<void> {
  using stop = onStop()
  const { protocol, socks, http = socks === undefined ? HTTP_PORT : undefined } = options
  await using opened = await openNetwork(options)
  const network = httpNetwork(opened)
  await using byHttp =
    http === undefined ? undefined : await serveHttpProxy(network, { port: http, protocol })
  await using bySocks =
    socks === undefined ? undefined : await serveSocksProxy(network, { port: socks, protocol })
  announce(opened, options, byHttp, bySocks)
  await stop.requested
}

function announce(
  { network: { key }, own }: OpenNetwork,
  { protocol, json }: ProxyOptions,
  http: ProxyService | undefined,
  socks: ProxyService | undefined,
): void {
  if (json) {
    const listen = own?.listening ?? []
    const urls = { http: http?.url ?? null, socks: socks?.url ?? null }
    return emit({ event: 'ready', key: key.toString(), protocol, ...urls, listen })
  }
  say('Programs on this machine reach keys by these proxies, and nothing else. Ctrl-C ends them.\n')
  if (http !== undefined) {
    say(`  HTTP    ${http.url}`)
    say(`          curl -x ${http.url} http://KEY/`)
  }
  if (socks !== undefined) {
    const { host } = new URL(socks.url)
    say(`  SOCKS5  ${socks.url}`)
    say(`          curl --socks5-hostname ${host} http://KEY52.snek/`)
  }
}
