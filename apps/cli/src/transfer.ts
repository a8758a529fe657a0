// Bytes over a stream, one way, with a receipt the other way: see the README, "The transfer protocol".
import { createHash } from 'node:crypto'
import type { PeerStream } from '@snek/node'
import { CommandError } from './exit.ts'
import type { Progress } from './progress.ts'
import { encodeReceipt, type Receipt, readReceipt } from './receipt.ts'

/** How long a receiver waits, with everything received, for the sender to say that it has the receipt. */
const CONFIRMATION_TIME = 5000

/**
 * Sends all of `source` and ends the session. Resolves once the receiver's receipt agrees with what was
 * sent. Whatever fails here, the source included, cuts the stream, so that the receiver fails too.
 */
export async function sendBytes(
  stream: PeerStream,
  source: AsyncIterable<Uint8Array>,
  progress: Progress,
  signal: AbortSignal,
): Promise<Receipt> {
  return cutOnFailure(stream, signal, async () => {
    const hash = createHash('sha256')
    const writer = stream.writable.getWriter()
    for await (const chunk of source) {
      signal.throwIfAborted()
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
}

/**
 * Writes what arrives to `sink`, answers with a receipt and waits until the sender has taken it. Fails, and
 * cuts the stream, unless the sender ended it in order.
 */
export async function receiveBytes(
  stream: PeerStream,
  sink: Sink,
  progress: Progress,
  signal: AbortSignal,
): Promise<Receipt> {
  return cutOnFailure(stream, signal, async () => {
    const hash = createHash('sha256')
    for await (const chunk of stream.readable) {
      hash.update(chunk)
      await sink.write(chunk)
      progress.add(chunk.length)
    }
    const received = { bytes: progress.bytes, sha256: hash.digest('hex') }
    const writer = stream.writable.getWriter()
    await writer.write(encodeReceipt(received))
    await writer.close()
    await confirmation(stream)
    return received
  })
}

/** Does `work` unless the session breaks or `signal` aborts first; a failure ends the session as one. */
async function cutOnFailure<T>(stream: PeerStream, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const done = new AbortController()
  const broken = new Promise<never>((_, reject) => {
    stream.closed.catch(reject)
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { signal: done.signal })
  })
  try {
    return await Promise.race([work(), broken])
  } catch (error) {
    await stream.close(error as Error)
    throw error
  } finally {
    done.abort()
  }
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

/**
 * Resolves when the sender closed the session, satisfied; rejects when it cut it, dissatisfied. Other
 * programs may just leave: the end of the stream that they sent is proof enough.
 */
async function confirmation(stream: PeerStream): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CONFIRMATION_TIME)
  })
  try {
    await Promise.race([stream.closed, enough])
  } finally {
    clearTimeout(timer)
  }
}
