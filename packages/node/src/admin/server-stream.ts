// A session's stream carried over an admin connection, the node's end.
import type { PeerStream } from '../streams.ts'
import { type AdminConnection, CHUNK_LENGTH } from './connection.ts'
import { AdminError, RemoteError } from './errors.ts'
import { readStreamMessage, type StreamMessage } from './messages.ts'

/**
 * Carries `stream` until its session or the command ends it. `first` is a message that was asked for already.
 * A failure of either side cuts the other; it is thrown, to be reported to the command.
 */
export async function carryStream(
  connection: AdminConnection,
  stream: PeerStream,
  first: Promise<unknown> = connection.receive(),
): Promise<void> {
  try {
    // The one that ends first settles it; ending the stream then ends the other, whose verdict no longer counts.
    await Promise.race([toCommand(connection, stream), fromCommand(connection, stream, first)])
    await connection.send({ type: 'closed' } satisfies StreamMessage)
  } catch (error) {
    await stream.close(error as Error)
    throw error
  }
}

/** Ends when the session ended in order. */
async function toCommand(connection: AdminConnection, stream: PeerStream): Promise<void> {
  for await (const chunk of stream.readable) {
    for (const bytes of split(chunk)) await connection.send({ type: 'data', bytes } satisfies StreamMessage)
  }
  await connection.send({ type: 'end' } satisfies StreamMessage)
  await stream.closed
}

/** Ends when the command closed the stream in order. */
async function fromCommand(
  connection: AdminConnection,
  stream: PeerStream,
  first: Promise<unknown>,
): Promise<void> {
  const writer = stream.writable.getWriter()
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
        await writer.close()
        break
      case 'closed':
        return stream.close()
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
