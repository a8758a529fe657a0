// A session's stream carried over an admin connection, the node's end.
import type { PeerStream } from '../streams.ts'
import { type AdminConnection, CHUNK_LENGTH } from './connection.ts'
import { AdminError, RemoteError } from './errors.ts'
import { readStreamMessage, type StreamMessage } from './messages.ts'

/**
 * Carries `stream` until the command has done with it. `first` is a message that was asked for already. A
 * failure of either side cuts the other; it is thrown, to be reported to the command.
 */
export async function carryStream(
  connection: AdminConnection,
  stream: PeerStream,
  first: Promise<unknown> = connection.receive(),
): Promise<void> {
  const writer = stream.writable.getWriter()
  const broken = new Promise<never>((_, reject) => {
    toCommand(connection, stream.readable).catch(reject)
    writer.closed.catch(reject)
  })
  try {
    await Promise.race([fromCommand(connection, writer, first), broken])
    await stream.close()
    await connection.send({ type: 'closed' } satisfies StreamMessage)
  } catch (error) {
    await stream.close(error as Error)
    throw error
  }
}

async function toCommand(connection: AdminConnection, readable: ReadableStream<Uint8Array>): Promise<void> {
  for await (const chunk of readable) {
    for (const bytes of split(chunk)) await connection.send({ type: 'data', bytes } satisfies StreamMessage)
  }
  await connection.send({ type: 'end' } satisfies StreamMessage)
}

/** Resolves when the command closed the stream in order, with the writer closed. */
async function fromCommand(
  connection: AdminConnection,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  first: Promise<unknown>,
): Promise<void> {
  let ended = false
  for (let next = first; ; next = connection.receive()) {
    const received = await next
    if (received === undefined) {
      throw new AdminError('admin-connection-lost', 'the command that used the stream is gone')
    }
    const message = readStreamMessage(received)
    switch (message.type) {
      case 'data':
        await writer.write(message.bytes)
        break
      case 'end':
        ended = true
        await writer.close()
        break
      case 'closed':
        if (!ended) await writer.close()
        return
      case 'error':
        throw new RemoteError(message.code, message.message)
    }
  }
}

/** Pieces that fit into a message each. */
export function* split(chunk: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < chunk.length; start += CHUNK_LENGTH) {
    yield chunk.subarray(start, start + CHUNK_LENGTH)
  }
}
