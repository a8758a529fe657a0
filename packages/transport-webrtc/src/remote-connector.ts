// A connector on the other side of a message port: connections are made in the page, for a worker, which
// gets their channels transferred or, where the browser can't do that, has every message passed on.
import { TransportError, type TransportErrorCode } from '@snek/transport'
import type { Connection, Connector } from './connector.ts'
import type { DataChannel } from './data-channel.ts'

/** What is needed of a `MessagePort`, a `Worker`, or a worker's own scope. */
export interface MessageEndpoint {
  postMessage(message: unknown, transfer: never[]): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
}

/** What is needed of a `MessagePort`: browsers' and Node's have different types. */
interface Port {
  onmessage: ((event: never) => void) | null
  postMessage(message: unknown, transfer?: never[]): void
  close(): void
}

/** To connect: everything about the connection goes over `port`. */
interface ConnectRequest {
  readonly connect: Port
}

/** The first message on a connection's port. `channel` is transferred, or a port to one. */
type Connected = { readonly channel: unknown } | { readonly error: PlainError }

type Method = 'offer' | 'answer' | 'accept'

type Call =
  | { readonly id: number; readonly method: Method; readonly argument: string }
  | { readonly method: 'close' }

type Reply = { readonly id: number } & (
  | { readonly result: string | undefined }
  | { readonly error: PlainError }
)

interface PlainError {
  readonly code: string | undefined
  readonly message: string
}

/** In the page: makes connections for whoever is at the other end. Other messages are left alone. */
export function serveConnector(endpoint: MessageEndpoint, connector: Connector): void {
  endpoint.addEventListener('message', ({ data }) => {
    const request = data as Partial<ConnectRequest> | null
    if (request?.connect !== undefined) void serve(request.connect, connector)
  })
}

/** In the worker: a connector whose connections are made by `serveConnector` at the other end. */
export function remoteConnector(endpoint: Pick<MessageEndpoint, 'postMessage'>): Connector {
  return {
    connect: () =>
      new Promise((resolve, reject) => {
        const [port1, port2] = portPair()
        port1.onmessage = ({ data }: { data: Connected }) => {
          if ('channel' in data) {
            resolve(new RemoteConnection(port1, data.channel))
          } else {
            port1.close()
            reject(toError(data.error))
          }
        }
        endpoint.postMessage({ connect: port2 } satisfies ConnectRequest, [port2 as never])
      }),
  }
}

async function serve(port: Port, connector: Connector): Promise<void> {
  try {
    const connection = await connector.connect()
    port.onmessage = ({ data }: { data: Call }) => {
      if (data.method === 'close') {
        connection.close()
        port.close()
      } else {
        void answer(port, connection, data)
      }
    }
    handOver(connection.channel, port)
  } catch (error) {
    port.postMessage({ error: toPlain(error) } satisfies Connected)
    port.close()
  }
}

async function answer(
  port: Port,
  connection: Connection,
  { id, method, argument }: Exclude<Call, { method: 'close' }>,
): Promise<void> {
  try {
    const result = await connection[method](argument)
    port.postMessage({ id, result: result ?? undefined } satisfies Reply)
  } catch (error) {
    port.postMessage({ id, error: toPlain(error) } satisfies Reply)
  }
}

/** A channel can be transferred only in the task that it was made in. */
function handOver(channel: DataChannel, port: Port): void {
  try {
    port.postMessage({ channel } satisfies Connected, [channel as never])
  } catch {
    const [port1, port2] = portPair()
    passOn(channel, port1)
    port.postMessage({ channel: port2 } satisfies Connected, [port2 as never])
  }
}

type ChannelEvent = 'open' | 'close' | { readonly data: ArrayBuffer | string }

function passOn(channel: DataChannel, port: Port): void {
  channel.binaryType = 'arraybuffer'
  channel.onopen = () => port.postMessage('open' satisfies ChannelEvent)
  channel.onmessage = ({ data }: { data: ArrayBuffer | string }) =>
    port.postMessage({ data } satisfies ChannelEvent, typeof data === 'string' ? [] : [data as never])
  channel.onclose = () => {
    port.postMessage('close' satisfies ChannelEvent)
    port.close()
  }
  port.onmessage = ({ data }: { data: Uint8Array | string | null }) => {
    if (data === null) channel.close()
    else if (channel.readyState === 'open') channel.send(data)
  }
}

/** A channel whose messages are passed on. */
class PortChannel implements DataChannel {
  readyState = 'connecting'
  binaryType = 'arraybuffer'
  onopen: ((event: never) => void) | null = null
  onmessage: ((event: never) => void) | null = null
  onclose: ((event: never) => void) | null = null
  onerror: ((event: never) => void) | null = null
  readonly #port: Port

  constructor(port: Port) {
    this.#port = port
    port.onmessage = ({ data: event }: { data: ChannelEvent }) => {
      if (typeof event === 'object') return this.onmessage?.(event as never)
      this.readyState = event === 'open' ? 'open' : 'closed'
      if (event === 'open') this.onopen?.(undefined as never)
      else this.#closed()
    }
  }

  send(data: Uint8Array | string): void {
    this.#port.postMessage(data)
  }

  close(): void {
    if (this.readyState === 'closed') return
    this.readyState = 'closed'
    this.#port.postMessage(null)
  }

  #closed(): void {
    this.#port.close()
    this.onclose?.(undefined as never)
  }
}

class RemoteConnection implements Connection {
  readonly channel: DataChannel
  readonly #port: Port
  readonly #waiting = new Map<number, { resolve(result: string): void; reject(error: Error): void }>()
  #lastId = 0

  constructor(port: Port, channel: unknown) {
    this.channel =
      channel instanceof MessagePort ? new PortChannel(channel as unknown as Port) : (channel as DataChannel)
    this.#port = port
    port.onmessage = ({ data }: { data: Reply }) => {
      const caller = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if ('error' in data) caller?.reject(toError(data.error))
      else caller?.resolve(data.result ?? '')
    }
  }

  offer(): Promise<string> {
    return this.#call('offer', '')
  }

  answer(offer: string): Promise<string> {
    return this.#call('answer', offer)
  }

  async accept(answer: string): Promise<void> {
    await this.#call('accept', answer)
  }

  close(): void {
    this.#port.postMessage({ method: 'close' } satisfies Call)
    this.#port.close()
    for (const { reject } of this.#waiting.values()) {
      reject(new TransportError('connection-lost', 'the connection was closed'))
    }
    this.#waiting.clear()
  }

  #call(method: Method, argument: string): Promise<string> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#port.postMessage({ id, method, argument } satisfies Call)
    })
  }
}

function portPair(): readonly [Port, Port] {
  const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port }
  return [port1, port2]
}

function toPlain(error: unknown): PlainError {
  const { code, message } = error as Partial<TransportError>
  return { code: typeof code === 'string' ? code : undefined, message: message ?? String(error) }
}

function toError({ code, message }: PlainError): TransportError {
  return new TransportError((code ?? 'unreachable') as TransportErrorCode, message)
}
