import { exposeHttp, parseOrigin } from '@snek/http/proxy'
import { SnekError } from '@snek/platform'
import { UsageError } from '../exit.ts'
import { hostName } from '../format.ts'
import { httpNetwork } from '../http-network.ts'
import { type NetworkOptions, type OpenNetwork, openNetwork } from '../network.ts'
import { emit, say } from '../output.ts'
import { onStop } from '../signals.ts'

interface ExposeOptions extends NetworkOptions {
  readonly protocol: string
  readonly json?: true
}

export async function expose(url: string, options: ExposeOptions): Promise<void> {
  using stop = onStop()
  const origin = originOf(url)
  await using opened = await openNetwork(options)
  await using service = await exposeHttp(httpNetwork(opened), origin, { protocol: options.protocol })
  announce(opened, origin, options)
  await Promise.race([stop.requested, service.closed])
}

function originOf(url: string): URL {
  if (/^[\w.-]+:\d+\/?$/.test(url)) throw new UsageError(`Write http://${url.replace('/', '')}.`)
  try {
    return parseOrigin(url)
  } catch (error) {
    throw error instanceof SnekError ? new UsageError(error.message) : error
  }
}

function announce({ network: { key }, own }: OpenNetwork, { origin }: URL, options: ExposeOptions): void {
  const { protocol, json } = options
  const listen = own?.listening ?? []
  if (json) {
    return emit({ event: 'ready', key: key.toString(), host: hostName(key), protocol, origin, listen })
  }
  const option = protocol === 'http' ? '' : ` --protocol ${protocol}`
  say(`${origin} is now at\n\n  http://${hostName(key)}/\n  http://${key}/\n`)
  say(`for whoever runs snek proxy${option}. Ctrl-C ends that.`)
  for (const uri of listen) say(`Peers can reach this node at ${uri}`)
}
