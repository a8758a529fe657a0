// Bytes over a stream, one way, with a receipt the other way: see the README, "The transfer protocol".
import { createHash } from 'node:crypto'
import type { PeerStream } from '@snek/node'
import { SnekError } from '@snek/platform'
import { CommandError } from './exit.ts'
import type { Progress } from './progress.ts'
import { encodeReceipt, type Receipt, readReceipt } from './receipt.ts'

/**
 * Sends all of `source` and closes the stream. Resolves once the receiver's receipt agrees with what was sent.
 * Whatever fails here, the source included, cuts the stream, so that the receiver fails too.
 */
export async function sendBytes(
  stream: PeerStream,
  source: AsyncIterable<Uint8Array>,
  progress: Progress,
  signal: AbortSignal,
): Promise<Receipt> {
  const writer = stream.writable.getWriter()
  return cutOnFailure(stream, writer.closed, signal, async () => {
    const hash = createHash('sha256')
    for await (const chunk of source) {
      hash.update(chunk)
      await writer.write(chunk)
      progress.add(chunk.length)
    }
    await writer.close()
    const sent = { bytes: progress.bytes, sha256: hash.digest('hex') }
    compare(sent, await readReceipt(stream.readable))
    await stream.close()
    return sent
  })
}

/** What takes the bytes: a file, or stdout. */
export interface Sink {
  write(chunk: Uint8Array): Promise<void>
  /** All was written. */
  commit(): Promise<void>
  /** Leaves nothing behind, unless it was committed. */
  abandon(): Promise<void>
}

/**
 * Writes what arrives to `sink`, commits it and answers with a receipt. Fails unless the sender ended the stream
 * in order, having abandoned the sink.
 */
export async function receiveBytes(
  stream: PeerStream,
  sink: Sink,
  progress: Progress,
  signal: AbortSignal,
): Promise<Receipt> {
  const writer = stream.writable.getWriter()
  try {
    return await cutOnFailure(stream, writer.closed, signal, async () => {
      const hash = createHash('sha256')
      for await (const chunk of stream.readable) {
        hash.update(chunk)
        await sink.write(chunk)
        progress.add(chunk.length)
      }
      await sink.commit()
      const received = { bytes: progress.bytes, sha256: hash.digest('hex') }
      await writer.write(encodeReceipt(received))
      await writer.close()
      await stream.close()
      return received
    })
  } catch (error) {
    await sink.abandon()
    throw error
  }
}

/** Does `work` unless the stream breaks, which `closed` tells, or `signal` aborts first; a failure cuts the stream. */
async function cutOnFailure<T>(
  stream: PeerStream,
  closed: Promise<unknown>,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const broken = new Promise<never>((_, reject) => {
    closed.catch(reject)
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { signal: done.signal })
  })
  try {
    return await Promise.race([work(), broken])
  } catch (error) {
    await stream.close(error as Error)
    throw isBrokenOff(error) ? new CommandError('broken-off', 'the other side broke the transfer off') : error
  } finally {
    done.abort()
  }
}

/** Codes of a stream's failure, in this process or as a running node reports it. */
function isBrokenOff(error: unknown): boolean {
  return error instanceof SnekError && ['reset-by-peer', 'stopped-by-peer'].includes(error.code)
}

function compare(sent: Receipt, receipt: Receipt | undefined): void {
  if (receipt === undefined) {
    throw new CommandError('no-receipt', 'the other side sent no receipt: is it a snek receive?')
  }
  if (receipt.bytes === sent.bytes && receipt.sha256 === sent.sha256) return
  throw new CommandError(
    'checksum-mismatch',
    `the receiver has ${receipt.bytes} bytes with SHA-256 ${receipt.sha256}, ` +
      `sent were ${sent.bytes} with ${sent.sha256}: send it again`,
  )
}
