// A session's stream carried over an admin connection, the node's end.
import type { PeerStream } from '../streams.ts'
import { type AdminConnection, CHUNK_LENGTH } from './connection.ts'
import { AdminError, RemoteError } from './errors.ts'
import { describeFailure, readStreamMessage, type StreamMessage } from './messages.ts'

/**
 * Carries `stream` until the command has done with it. `first` is a message that was asked for already. One
 * direction may be given up alone; a failure of both, or of the connection, cuts the stream, and is thrown, to be
 * reported to the command.
 */
export async function carryStream(
  connection: AdminConnection,
  stream: PeerStream,
  first: Promise<unknown> = connection.receive(),
): Promise<void> {
  const reader = stream.readable.getReader()
  const writer = stream.writable.getWriter()
  let brokenHalves = 0
  const tell = async (type: 'reset' | 'stop', reason: unknown): Promise<void> => {
    brokenHalves += 1
    if (brokenHalves === 2) throw reason
    await connection.send({ type, ...describeFailure(reason) } satisfies StreamMessage)
  }
  const broken = new Promise<never>((_, reject) => {
    toCommand(connection, reader, (reason) => tell('reset', reason)).catch(reject)
    writer.closed.catch((reason) => tell('stop', reason)).catch(reject)
  })
  try {
    await Promise.race([fromCommand(connection, reader, writer, first), broken])
    await stream.close()
    await connection.send({ type: 'closed' } satisfies StreamMessage)
  } catch (error) {
    await stream.close(error as Error)
    throw error
  }
}

async function toCommand(
  connection: AdminConnection,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  onBroken: (reason: unknown) => Promise<void>,
): Promise<void> {
  for (;;) {
    let next: Awaited<ReturnType<typeof reader.read>>
    try {
      next = await reader.read()
    } catch (reason) {
      return onBroken(reason)
    }
    if (next.done) return connection.send({ type: 'end' } satisfies StreamMessage)
    for (const bytes of split(next.value)) {
      await connection.send({ type: 'data', bytes } satisfies StreamMessage)
    }
  }
}

/** Resolves when the command closed the stream in order, with the writer done with. */
async function fromCommand(
  connection: AdminConnection,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  first: Promise<unknown>,
): Promise<void> {
  let writing = true
  // What the other side won't have is dropped: `writer.closed` has told, and the command will hear of it.
  const unlessStopped = (work: Promise<void>): Promise<void> =>
    work.catch(() => {
      writing = false
    })
  const endWriting = async (): Promise<void> => {
    if (!writing) return
    writing = false
    await unlessStopped(writer.close())
  }
  for (let next = first; ; next = connection.receive()) {
    const received = await next
    if (received === undefined) {
      throw new AdminError('admin-connection-lost', 'the command that used the stream is gone')
    }
    const message = readStreamMessage(received)
    switch (message.type) {
      case 'data':
        if (writing) await unlessStopped(writer.write(message.bytes))
        break
      case 'end':
        await endWriting()
        break
      case 'reset':
        writing = false
        await unlessStopped(writer.abort(new RemoteError(message.code, message.message)))
        break
      case 'stop':
        await cancel(reader, new RemoteError(message.code, message.message))
        break
      case 'closed':
        return endWriting()
      case 'error':
        throw new RemoteError(message.code, message.message)
    }
  }
}

/** A readable that broke already has told so itself. */
async function cancel(reader: ReadableStreamDefaultReader<Uint8Array>, reason: Error): Promise<void> {
  await reader.cancel(reason).catch(() => undefined)
}

/** Pieces that fit into a message each. */
export function* split(chunk: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < chunk.length; start += CHUNK_LENGTH) {
    yield chunk.subarray(start, start + CHUNK_LENGTH)
  }
}
