// A server for `(Request) => Response` handlers wherever there are Web Streams: browsers above all.
import { StreamAcceptor, type StreamHandlers } from '../accept-streams.ts'
import type { HttpNetwork, HttpSession, HttpStream } from '../network.ts'
import { type HttpService, type ServeOptions, withServeDefaults } from '../serve-options.ts'
import type { FetchHandler } from './handler.ts'
import { loadLlhttp } from './llhttp.ts'
import { ServerExchange } from './server-exchange.ts'

/**
 * Serves HTTP at the network's key. Bad requests are answered 400, slow ones 408, oversized heads 431, a
 * handler that throws 500, too many at once 503.
 */
export async function serveHttp(
  network: HttpNetwork,
  protocol: string,
  handler: FetchHandler,
  options: ServeOptions = {},
): Promise<HttpService> {
  const settings = withServeDefaults(options)
  const llhttp = await loadLlhttp()
  const exchanges = new Set<ServerExchange>()
  const begin = (stream: HttpStream, { remoteKey }: HttpSession): ServerExchange => {
    const exchange = new ServerExchange(stream, { llhttp, settings, remoteKey, ownKey: network.key })
    exchanges.add(exchange)
    return exchange
  }
  const handlers: StreamHandlers = {
    serve: async (stream, session) => {
      const exchange = begin(stream, session)
      await exchange.answer(handler)
      exchanges.delete(exchange)
    },
    refuse: async (stream, session) => {
      const exchange = begin(stream, session)
      await exchange.refuse(503)
      exchanges.delete(exchange)
    },
  }
  const acceptor = new StreamAcceptor(await network.listen(protocol), handlers, settings, settings.logger)
  const close = async (): Promise<void> => {
    for (const exchange of exchanges) exchange.giveUp()
    await acceptor.close()
  }
  return { closed: acceptor.closed, close, [Symbol.asyncDispose]: close }
}
