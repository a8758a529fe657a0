import { type Clock, type Logger, silentLogger, systemClock } from '@snek/platform'
import {
  type ByteStream,
  type DialOptions,
  type Listener,
  type Transport,
  TransportError,
} from '@snek/transport'
import { Key } from '@snek/wire'
import type { Connection, Connector } from './connector.ts'
import { DataChannelStream } from './data-channel-stream.ts'
import { MAX_ANSWERING, OPEN_LIMIT } from './limits.ts'
import {
  type Message,
  type Refusal,
  readMessage,
  SIGNALLING_PROTOCOL,
  type SignallingNetwork,
  type SignallingStream,
  sendMessage,
} from './signalling.ts'

export interface WebRtcTransportOptions {
  /** What the two ends agree over: they reach each other before they are linked. */
  network: SignallingNetwork
  connector: Connector
  /** Whose offers are answered; everybody's by default. A direct link tells the other side our addresses. */
  accepts?: (key: Key) => boolean
  clock?: Clock
  logger?: Logger
}

const REASONS: Readonly<Record<Refusal, string>> = {
  unwanted: 'it wants no direct link with this node',
  busy: 'it makes too many direct links just now',
  unable: 'it has no WebRTC',
}

/**
 * Carries peerings over WebRTC data channels: `webrtc://KEY`, where KEY is reached over the overlay already.
 * The link is direct, and outlives whatever it was agreed over.
 */
export function webRtcTransport(options: WebRtcTransportOptions): Required<Transport> {
  return new WebRtcTransport(options)
}

/** The URI of a direct link to a node. */
export function webRtcUri(key: Key): string {
  return `webrtc://${key.hex}`
}

class WebRtcTransport implements Required<Transport> {
  readonly schemes: readonly string[] = ['webrtc']
  readonly #options: WebRtcTransportOptions
  readonly #clock: Clock
  readonly #logger: Logger
  #answering = 0

  constructor(options: WebRtcTransportOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock()
    this.#logger = options.logger ?? silentLogger
  }

  async dial(uri: URL, { signal }: DialOptions = {}): Promise<ByteStream> {
    const key = keyOf(uri)
    signal?.throwIfAborted()
    const connection = await this.#options.connector.connect()
    return this.#link(connection, webRtcUri(key), signal, async (ended) => {
      const sdp = await connection.offer()
      ended.throwIfAborted()
      const stream = await this.#options.network.open(key, SIGNALLING_PROTOCOL, { signal: ended })
      try {
        const reply = await exchange(stream, { type: 'offer', sdp }, ended)
        if (reply?.type === 'refused') throw refused(uri, REASONS[reply.reason])
        if (reply?.type !== 'answer') throw refused(uri, 'its answer makes no sense')
        await connection.accept(reply.sdp).catch((cause: unknown) => {
          throw refused(uri, 'its answer makes no sense', cause)
        })
      } finally {
        stream.close().catch(() => undefined) // both have said what they had to say
      }
    })
  }

  /** `webrtc:`, whatever follows: our key is the address. */
  async listen(uri: URL, onStream: (stream: ByteStream) => void): Promise<Listener> {
    checkScheme(uri)
    const incoming = await this.#options.network.listen(SIGNALLING_PROTOCOL)
    void this.#answerAll(incoming, onStream)
    return { uri: 'webrtc:', close: () => incoming.close() }
  }

  async #answerAll(
    incoming: AsyncIterable<SignallingStream>,
    onStream: (stream: ByteStream) => void,
  ): Promise<void> {
    for await (const stream of incoming) {
      this.#answering += 1
      this.#answer(stream)
        .then(
          (link) => {
            if (link !== undefined) onStream(link)
          },
          (error: Error) => {
            const fields = { key: stream.remoteKey.short(), reason: error.message }
            this.#logger.log('info', 'no direct link came of an offer', fields)
          },
        )
        .finally(() => {
          this.#answering -= 1
        })
    }
  }

  /** The link that an offer led to; undefined if it was refused. */
  async #answer(stream: SignallingStream): Promise<ByteStream | undefined> {
    const { remoteKey } = stream
    const limit = timeout(this.#clock, OPEN_LIMIT, `${webRtcUri(remoteKey)}: no offer came`)
    try {
      const refusal = this.#refusal(remoteKey)
      if (refusal !== undefined) {
        await abortable(sendMessage(stream, { type: 'refused', reason: refusal }), limit.signal)
        await stream.close()
        return undefined
      }
      const offer = await abortable(readMessage(stream), limit.signal)
      if (offer?.type !== 'offer') throw new TransportError('connection-lost', 'the offer makes no sense')
      const connection = await this.#options.connector.connect().catch(async (error: unknown) => {
        await abortable(sendMessage(stream, { type: 'refused', reason: 'unable' }), limit.signal)
        throw error
      })
      return await this.#link(connection, webRtcUri(remoteKey), limit.signal, async () => {
        const sdp = await connection.answer(offer.sdp)
        await sendMessage(stream, { type: 'answer', sdp })
        await stream.close()
      })
    } catch (error) {
      await stream.close(error as Error)
      throw error
    } finally {
      limit.clear()
    }
  }

  #refusal(key: Key): Refusal | undefined {
    if (this.#options.accepts?.(key) === false) return 'unwanted'
    return this.#answering > MAX_ANSWERING ? 'busy' : undefined
  }

  /** Lets both sides `agree`, and waits until the channel is open. Closes the connection if it comes to nothing. */
  async #link(
    connection: Connection,
    uri: string,
    signal: AbortSignal | undefined,
    agree: (signal: AbortSignal) => Promise<void>,
  ): Promise<ByteStream> {
    const limit = timeout(this.#clock, OPEN_LIMIT, `${uri}: no direct way was found`, signal)
    try {
      const opened = openStream(connection, uri, this.#clock)
      opened.catch(() => undefined) // it matters only once both have agreed
      await abortable(agree(limit.signal), limit.signal)
      return await abortable(opened, limit.signal)
    } catch (error) {
      connection.close()
      throw error
    } finally {
      limit.clear()
    }
  }
}

/** Who refuses needn't read what is sent first. */
async function exchange(
  stream: SignallingStream,
  message: Message,
  signal: AbortSignal,
): Promise<Message | undefined> {
  const failed = new Promise<never>((_, reject) => {
    sendMessage(stream, message).catch(reject)
  })
  return abortable(Promise.race([readMessage(stream), failed]), signal)
}

/** The stream is made as soon as the channel opens, whatever else is going on: nothing may get lost. */
function openStream(connection: Connection, uri: string, clock: Clock): Promise<ByteStream> {
  const { channel } = connection
  channel.binaryType = 'arraybuffer'
  const release = (): void => connection.close()
  return new Promise((resolve, reject) => {
    channel.onclose = () => reject(new TransportError('connection-lost', `${uri}: the direct link broke off`))
    channel.onopen = () => resolve(new DataChannelStream(channel, { uri, clock, release }))
  })
}

/** A signal that aborts after some milliseconds, or with another one. */
function timeout(
  clock: Clock,
  milliseconds: number,
  message: string,
  outer?: AbortSignal,
): { readonly signal: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const timer = clock.setTimeout(
    () => controller.abort(new TransportError('timed-out', message)),
    milliseconds,
  )
  const onAbort = (): void => controller.abort(outer?.reason)
  outer?.addEventListener('abort', onAbort)
  if (outer?.aborted) onAbort()
  return {
    signal: controller.signal,
    clear: () => {
      clock.clearTimeout(timer)
      outer?.removeEventListener('abort', onAbort)
    },
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

function keyOf(uri: URL): Key {
  checkScheme(uri)
  try {
    return Key.parse(uri.hostname)
  } catch (cause) {
    throw new TransportError('address-unusable', `${uri.href}: write webrtc://KEY`, { cause })
  }
}

function checkScheme(uri: URL): void {
  if (uri.protocol === 'webrtc:') return
  throw new TransportError('unsupported-scheme', `${uri.href}: only webrtc:// goes over WebRTC`)
}

function refused(uri: URL, reason: string, cause?: unknown): TransportError {
  return new TransportError('connection-refused', `${uri.href}: ${reason}`, { cause })
}
