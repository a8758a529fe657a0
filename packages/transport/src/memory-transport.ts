import { systemClock } from '@snek/platform'
import type { ByteStream } from './byte-stream.ts'
import { TransportError } from './errors.ts'
import { createStreamPair, type StreamPairOptions } from './memory-stream.ts'
import type { DialOptions, Listener, Transport } from './transport.ts'

export type MemoryTransportOptions = Omit<StreamPairOptions, 'uris'>

/**
 * Carries `memory://name` and `memory://name:port` between all who share the transport that is returned.
 * A dial takes one latency.
 */
export function memoryTransport(options: MemoryTransportOptions = {}): Required<Transport> {
  const clock = options.clock ?? systemClock()
  const listeners = new Map<string, (stream: ByteStream) => void>()
  let dialled = 0

  const connect = (uri: URL): ByteStream => {
    const onStream = listeners.get(uri.host)
    if (onStream === undefined) {
      throw new TransportError('connection-refused', `memory://${uri.host}: nobody listens there`)
    }
    dialled += 1
    const { streams } = createStreamPair({
      ...options,
      clock,
      uris: [`memory://${uri.host}`, `memory://dialler:${dialled}`],
    })
    onStream(streams[1])
    return streams[0]
  }

  return {
    schemes: ['memory'],

    dial(uri: URL, { signal }: DialOptions = {}): Promise<ByteStream> {
      return new Promise((resolve, reject) => {
        checkScheme(uri)
        signal?.throwIfAborted()
        const onAbort = (): void => {
          clock.clearTimeout(timer)
          reject(signal?.reason)
        }
        const timer = clock.setTimeout(() => {
          signal?.removeEventListener('abort', onAbort)
          try {
            resolve(connect(uri))
          } catch (error) {
            reject(error)
          }
        }, options.latency ?? 0)
        signal?.addEventListener('abort', onAbort, { once: true })
      })
    },

    async listen(uri: URL, onStream: (stream: ByteStream) => void): Promise<Listener> {
      checkScheme(uri)
      const address = uri.port === '0' ? freeAddress(uri.hostname, listeners) : uri.host
      if (listeners.has(address)) {
        throw new TransportError(
          'address-in-use',
          `memory://${address} is taken: close what listens there, or listen on port 0`,
        )
      }
      listeners.set(address, onStream)
      return {
        uri: `memory://${address}`,
        close: async () => {
          if (listeners.get(address) === onStream) listeners.delete(address)
        },
      }
    },
  }
}

function freeAddress(hostname: string, taken: ReadonlyMap<string, unknown>): string {
  let port = 1
  while (taken.has(`${hostname}:${port}`)) port += 1
  return `${hostname}:${port}`
}

function checkScheme(uri: URL): void {
  if (uri.protocol !== 'memory:') {
    throw new TransportError('unsupported-scheme', `${uri.href}: only memory://name stays in memory`)
  }
}
