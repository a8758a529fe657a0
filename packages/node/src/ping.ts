// Round trips over a session, on a protocol that echoes.
import { SnekError } from '@snek/platform'
import type { Key } from '@snek/wire'
import type { PeerStream, StreamNetwork } from './streams.ts'

/** The protocol name that pings use. */
export const PING_PROTOCOL = 'ping'

/** Bytes of one ping. */
const PING_LENGTH = 32

export class PingError extends SnekError {}

/** Echoes whatever comes on protocol `ping`, for as long as the network is open. */
export async function answerPings(network: StreamNetwork): Promise<void> {
  const incoming = await network.listen(PING_PROTOCOL)
  void echoAll(incoming)
}

async function echoAll(incoming: AsyncIterable<PeerStream>): Promise<void> {
  for await (const stream of incoming) {
    // A pinger that leaves breaks its own stream, and nobody else's.
    stream.readable.pipeTo(stream.writable).then(
      () => stream.close(),
      (error) => stream.close(error),
    )
  }
}

/** A stream that measures; it is the caller's to close. */
export async function openPing(
  network: StreamNetwork,
  key: Key,
  options: { signal?: AbortSignal } = {},
): Promise<PingSession> {
  return new PingSession(await network.open(key, PING_PROTOCOL, options))
}

export class PingSession implements AsyncDisposable {
  readonly #stream: PeerStream
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #sent = 0

  constructor(stream: PeerStream) {
    this.#stream = stream
    this.#reader = stream.readable.getReader()
    this.#writer = stream.writable.getWriter()
  }

  /** One round trip, in milliseconds. Rejects with the signal's reason, or `PingError` for a wrong echo. */
  async roundTrip(options: { signal?: AbortSignal } = {}): Promise<number> {
    const ping = new Uint8Array(PING_LENGTH)
    new DataView(ping.buffer).setUint32(0, ++this.#sent)
    const start = performance.now()
    await this.#writer.write(ping)
    await abortable(this.#readEcho(ping), options.signal)
    return performance.now() - start
  }

  /** In order, or with the reason why not. */
  async close(reason?: Error): Promise<void> {
    if (reason === undefined) await this.#writer.close()
    await this.#stream.close(reason)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #readEcho(ping: Uint8Array): Promise<void> {
    for (let offset = 0; offset < ping.length; ) {
      const { value, done } = await this.#reader.read()
      if (done) throw new PingError('ping-ended', 'the other side ended the session before it answered')
      for (const byte of value) {
        if (byte !== ping[offset++])
          throw new PingError('ping-wrong', 'the other side answered something else')
      }
    }
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
