// Files on their way to contacts.
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeHex, Key } from '@snek/wire'
import type { FileItem } from '../protocol.ts'
import type { Conversations } from './conversations.ts'
import { type Decline, DROP_PROTOCOL, type Offer, readReceipt, readReply } from './drop-messages.ts'
import { HostError, inWords } from './errors.ts'
import { LineReader, writeLine } from './lines.ts'
import { letGo, type StreamNetwork } from './network.ts'
import { Progress } from './progress.ts'

/** Between attempts, in milliseconds: doubled each time. */
const SHORTEST_WAIT = 1000
const LONGEST_WAIT = 30_000
/** Transfers that run at a time. */
const RUNNING_LIMIT = 8

const DECLINED: Readonly<Record<Decline, Partial<FileItem>>> = {
  unwanted: { state: 'declined' },
  cancelled: { state: 'cancelled', problem: 'The other side gave it up.' },
  'no-room': { state: 'failed', problem: 'The other side has no room for it.' },
}

export class DropSender {
  readonly #network: StreamNetwork
  readonly #conversations: Conversations
  readonly #running = new Map<string, AbortController>()
  /** Ends the waits of those that are paused. */
  readonly #wakers = new Set<() => void>()

  constructor(network: StreamNetwork, conversations: Conversations) {
    this.#network = network
    this.#conversations = conversations
  }

  /** Offers a file until it has arrived, was declined, or is cancelled. `item` is in the conversation. */
  async send(key: string, item: FileItem, file: File): Promise<void> {
    if (this.#running.has(item.id)) return
    if (this.#running.size >= RUNNING_LIMIT) {
      throw new HostError('too-many-transfers', 'Too many files at once: wait until some have arrived.')
    }
    const controller = new AbortController()
    this.#running.set(item.id, controller)
    void this.#run(key, item, file, controller.signal).finally(() => this.#running.delete(item.id))
  }

  /** False if it doesn't run. */
  async cancel(key: string, id: string): Promise<boolean> {
    const controller = this.#running.get(id)
    if (controller === undefined) return false
    controller.abort(new HostError('cancelled', 'cancelled'))
    await this.#conversations.change(key, id, { state: 'cancelled' })
    return true
  }

  /** Tries at once what is paused. */
  wake(): void {
    for (const wake of [...this.#wakers]) wake()
  }

  close(): void {
    for (const controller of this.#running.values())
      controller.abort(new HostError('closed', 'the node stopped'))
  }

  async #run(key: string, item: FileItem, file: File, signal: AbortSignal): Promise<void> {
    let wait = SHORTEST_WAIT
    while (!signal.aborted) {
      try {
        const outcome = await this.#attempt(key, item, file, signal)
        await this.#conversations.change(key, item.id, outcome)
        return
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof DOMException && error.name === 'NotReadableError') {
          const problem = 'The file was changed or removed while it was sent.'
          await this.#conversations.change(key, item.id, { state: 'failed', problem })
          return
        }
        await this.#conversations.change(key, item.id, { state: 'paused', problem: inWords(error) })
        await this.#pause(wait, signal)
        wait = Math.min(wait * 2, LONGEST_WAIT)
      }
    }
  }

  async #attempt(key: string, item: FileItem, file: File, signal: AbortSignal): Promise<Partial<FileItem>> {
    const offer: Offer = { id: item.id, name: item.name, size: file.size }
    const stream = await this.#network.open(Key.parse(key), DROP_PROTOCOL, { signal })
    const onAbort = (): void => letGo(stream, signal.reason)
    signal.addEventListener('abort', onAbort)
    try {
      const lines = new LineReader(stream.readable)
      const writer = stream.writable.getWriter()
      await writeLine(writer, { type: 'offer', ...offer })
      const reply = readReply(await lines.line(), offer)
      if ('decline' in reply) return DECLINED[reply.decline]
      const progress = new Progress((moved) => {
        void this.#conversations.show(key, item.id, { state: 'moving', moved })
      })
      const digest = await sendFrom(file, reply.offset, writer, progress)
      const receipt = readReceipt(await lines.line())
      if (receipt.bytes !== file.size || receipt.sha256 !== digest) {
        return {
          state: 'failed',
          problem: 'What arrived isn’t what was sent: the file changed meanwhile. Send it again.',
        }
      }
      return { state: 'done', moved: file.size, sha256: digest }
    } catch (error) {
      letGo(stream, error as Error)
      throw error
    } finally {
      signal.removeEventListener('abort', onAbort)
      letGo(stream)
    }
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', finish)
        this.#wakers.delete(finish)
        resolve()
      }
      const timer = setTimeout(finish, milliseconds)
      this.#wakers.add(finish)
      signal.addEventListener('abort', finish)
    })
  }
}

/** Sends from `offset` on, and gives the SHA-256 of the whole file. */
async function sendFrom(
  file: File,
  offset: number,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  progress: Progress,
): Promise<string> {
  const hash = sha256.create()
  let reached = 0
  // Reads ahead, which reading piece after piece doesn't.
  const reader: ReadableStreamDefaultReader<Uint8Array> = file.stream().getReader()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) break
    hash.update(value)
    reached += value.length
    if (reached <= offset) continue
    await writer.write(value.subarray(Math.max(0, value.length - (reached - offset))))
    progress.reach(reached)
  }
  await writer.close()
  return encodeHex(hash.digest())
}
