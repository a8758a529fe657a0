// Files that contacts send us.
import type { Key } from '@snek/wire'
import type { FileItem } from '../protocol.ts'
import type { Contacts } from './contacts.ts'
import type { Conversations } from './conversations.ts'
import { type Decline, DROP_PROTOCOL, type Offer, readOffer } from './drop-messages.ts'
import { HostError, inWords, isQuotaError } from './errors.ts'
import { LineReader, writeLine } from './lines.ts'
import { letGo, type PeerStream, type StreamNetwork } from './network.ts'
import { hasRoom, PartialFile, removeReceived } from './partial-files.ts'
import { Progress } from './progress.ts'

/** Streams that are served at a time. */
const STREAMS_LIMIT = 32
/** Offers of one contact that wait for an answer. */
const ASKING_LIMIT = 8

export interface DropReceiverOptions {
  network: StreamNetwork
  contacts: Contacts
  conversations: Conversations
  now(): number
  /** Nobody can be listened for. */
  onFailure(error: unknown): void
}

interface Asking {
  readonly key: string
  answer(accepted: boolean): void
}

interface Receiving {
  readonly controller: AbortController
  /** Resolves when the file is closed. */
  readonly over: Promise<unknown>
}

export class DropReceiver {
  readonly #contacts: Contacts
  readonly #conversations: Conversations
  readonly #now: () => number
  /** Offers that wait for the user. */
  readonly #asking = new Map<string, Asking>()
  /** Those being received. */
  readonly #receiving = new Map<string, Receiving>()
  #streams = 0

  constructor({ network, contacts, conversations, now, onFailure }: DropReceiverOptions) {
    this.#contacts = contacts
    this.#conversations = conversations
    this.#now = now
    this.#listen(network).catch(onFailure)
  }

  /** What the user says to an offer; it counts when the sender has gone, too, and comes back. */
  async answer(key: string, id: string, accepted: boolean): Promise<void> {
    const asking = this.#asking.get(id)
    if (asking !== undefined) return asking.answer(accepted)
    const item = await this.#conversations.find(key, id)
    if (item?.type !== 'file' || item.mine || item.state !== 'offered') return
    await this.#conversations.change(key, id, { state: accepted ? 'paused' : 'declined' })
  }

  /** Stops receiving a file, or goes back on having accepted it. */
  async cancel(key: string, id: string): Promise<void> {
    this.#asking.get(id)?.answer(false)
    await this.#stop(id, new HostError('cancelled', 'cancelled'))
    await this.#conversations.change(key, id, { state: 'cancelled' })
    await removeReceived(id)
  }

  async #listen(network: StreamNetwork): Promise<void> {
    for await (const stream of await network.listen(DROP_PROTOCOL)) {
      const isContact = this.#contacts.standing(stream.remoteKey.hex) === 'contact'
      if (!isContact || this.#streams >= STREAMS_LIMIT) {
        letGo(stream, new HostError('unwanted', 'not now'))
        continue
      }
      this.#streams += 1
      void this.#serve(stream).finally(() => {
        this.#streams -= 1
      })
    }
  }

  async #serve(stream: PeerStream): Promise<void> {
    try {
      await this.#receive(stream)
      letGo(stream)
    } catch (error) {
      letGo(stream, error as Error)
    }
  }

  async #receive(stream: PeerStream): Promise<void> {
    const { remoteKey } = stream
    const lines = new LineReader(stream.readable)
    const writer = stream.writable.getWriter()
    const offer = readOffer(await lines.line())
    const decline = await this.#decide(remoteKey, offer, writer.closed)
    if (decline !== undefined) {
      await writeLine(writer, { type: 'decline', reason: decline })
      await writer.close()
      return
    }
    await this.#stop(offer.id, new HostError('replaced', 'The sender began anew.'))
    const controller = new AbortController()
    const over = this.#take(remoteKey.hex, offer, lines, writer, controller.signal)
    const receiving: Receiving = { controller, over: over.catch(() => undefined) }
    this.#receiving.set(offer.id, receiving)
    try {
      await over
    } finally {
      if (this.#receiving.get(offer.id) === receiving) this.#receiving.delete(offer.id)
    }
  }

  /** Stops receiving a file; resolves when it is closed. */
  async #stop(id: string, reason: HostError): Promise<void> {
    const receiving = this.#receiving.get(id)
    receiving?.controller.abort(reason)
    await receiving?.over
  }

  /** Why not, or undefined: an offer that was accepted before is accepted. */
  async #decide(key: Key, offer: Offer, gone: Promise<unknown>): Promise<Decline | undefined> {
    const { id, name, size } = offer
    const known = await this.#conversations.find(key.hex, id)
    if (known !== undefined) {
      if (known.type !== 'file' || known.mine || known.size !== size) return 'unwanted'
      if (known.state === 'declined') return 'unwanted'
      if (known.state === 'cancelled') return 'cancelled'
      if (known.state === 'failed') return 'no-room'
      if (known.state !== 'offered') return undefined
    }
    const theirs = [...this.#asking.values()].filter((asking) => asking.key === key.hex)
    if (theirs.length >= ASKING_LIMIT) return 'unwanted'
    if (!(await hasRoom(size))) return 'no-room'
    if (known === undefined) {
      const time = this.#now()
      await this.#contacts.heard(key.hex, time, false)
      await this.#conversations.add(key.hex, {
        type: 'file',
        id,
        mine: false,
        time,
        name,
        size,
        moved: 0,
        state: 'offered',
      })
    }
    return this.#ask(key.hex, id, gone)
  }

  #ask(key: string, id: string, gone: Promise<unknown>): Promise<Decline | undefined> {
    return new Promise((resolve, reject) => {
      const asking: Asking = {
        key,
        answer: (accepted) => {
          this.#asking.delete(id)
          void this.#conversations.change(key, id, { state: accepted ? 'moving' : 'declined' })
          resolve(accepted ? undefined : 'unwanted')
        },
      }
      this.#asking.set(id, asking)
      gone.catch(() => {
        if (this.#asking.get(id) === asking) this.#asking.delete(id)
        reject(new HostError('gone', 'The sender went away.'))
      })
    })
  }

  async #take(
    key: string,
    { id, size }: Offer,
    lines: LineReader,
    writer: WritableStreamDefaultWriter<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    const file = await PartialFile.open(id)
    try {
      await writeLine(writer, { type: 'accept', offset: Math.min(file.length, size) })
      await this.#write(key, id, size, file, lines, signal)
      const sha256 = file.digest()
      await this.#conversations.change(key, id, { state: 'done', moved: file.length, sha256 })
      await writeLine(writer, { type: 'receipt', bytes: file.length, sha256 })
      await writer.close()
    } catch (error) {
      if (!signal.aborted) await this.#conversations.change(key, id, setback(error, file.length))
      throw error
    } finally {
      file.close()
    }
  }

  async #write(
    key: string,
    id: string,
    size: number,
    file: PartialFile,
    lines: LineReader,
    signal: AbortSignal,
  ): Promise<void> {
    const progress = new Progress((moved) => {
      void this.#conversations.show(key, id, { state: 'moving', moved })
    })
    signal.addEventListener('abort', () => void lines.cancel(signal.reason as Error).catch(() => undefined))
    for await (const chunk of lines.bytes()) {
      signal.throwIfAborted()
      if (file.length + chunk.length > size) {
        throw new HostError('too-much', 'The sender sent more than it had said.')
      }
      file.append(chunk)
      progress.reach(file.length)
    }
    signal.throwIfAborted()
    if (file.length < size) throw new HostError('cut-off', 'The file broke off.')
  }
}

function setback(error: unknown, moved: number): Partial<FileItem> {
  const isFinal = isQuotaError(error) || (error instanceof HostError && error.code === 'too-much')
  return { state: isFinal ? 'failed' : 'paused', moved, problem: inWords(error) }
}
