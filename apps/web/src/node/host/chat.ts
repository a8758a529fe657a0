// Text between contacts. Each message is a stream of its own in the session that stands between the two: one
// line there, `{"type":"text","id","time","text"}`, and one back, `{"type":"received","id"}`.
import type { Key } from '@snek/wire'
import type { Contacts } from './contacts.ts'
import type { Conversations } from './conversations.ts'
import { HostError } from './errors.ts'
import { LineReader, writeLine } from './lines.ts'
import type { Session, SessionStream } from './network.ts'

/** In characters: well below a line's limit, whatever they encode to. */
const TEXT_LIMIT = 4000
const ID = /^[0-9a-f-]{36}$/

export interface ChatOptions {
  contacts: Contacts
  conversations: Conversations
  /** The session that stands with a contact. */
  session(key: string): Session | undefined
  now(): number
}

export class Chat {
  readonly #options: ChatOptions
  /** Deliveries that are under way, by key. */
  readonly #delivering = new Map<string, Promise<void>>()

  constructor(options: ChatOptions) {
    this.#options = options
  }

  /** Keeps a message and sends it, now or when the contact comes online. */
  async send(key: string, id: string, text: string): Promise<void> {
    const { conversations, contacts, now } = this.#options
    if (text.length > TEXT_LIMIT) {
      throw new HostError('too-long', `A message has at most ${TEXT_LIMIT} characters: send a file instead.`)
    }
    if ((await conversations.find(key, id)) !== undefined) return
    const time = now()
    await conversations.add(key, { type: 'text', id, mine: true, time, text, state: 'waiting' })
    await contacts.heard(key, time, true)
    this.deliver(key)
  }

  /** Sends what waits, in order, as long as the session stands. */
  deliver(key: string): void {
    const before = this.#delivering.get(key) ?? Promise.resolve()
    // What stays undelivered waits for the next session.
    this.#delivering.set(
      key,
      before.then(() => this.#deliverAll(key)).catch(() => undefined),
    )
  }

  /** A stream from a contact or a stranger. Rejects if it makes no sense. */
  async receive(key: Key, stream: SessionStream): Promise<void> {
    const lines = new LineReader(stream.readable)
    const writer = stream.writable.getWriter()
    try {
      const message = await lines.line()
      const { id, text } = readMessage(message)
      await this.#keep(key.hex, id, text)
      await writeLine(writer, { type: 'received', id })
      await writer.close()
    } catch (error) {
      await writer.abort(error)
      throw error
    } finally {
      await lines.cancel()
    }
  }

  async #keep(key: string, id: string, text: string): Promise<void> {
    const { conversations, contacts, now } = this.#options
    if ((await conversations.find(key, id)) !== undefined) return
    const time = now()
    await contacts.heard(key, time, false)
    await conversations.add(key, { type: 'text', id, mine: false, time, text, state: 'delivered' })
  }

  async #deliverAll(key: string): Promise<void> {
    const { conversations, session } = this.#options
    const items = await conversations.items(key)
    for (const item of [...items]) {
      const open = session(key)
      if (open === undefined) return
      if (item.type !== 'text' || !item.mine || item.state !== 'waiting') continue
      await deliverOne(open, item)
      await conversations.change(key, item.id, { state: 'delivered' })
    }
  }
}

async function deliverOne(session: Session, item: { id: string; time: number; text: string }): Promise<void> {
  const { readable, writable } = await session.openStream()
  const writer = writable.getWriter()
  const { id, time, text } = item
  await writeLine(writer, { type: 'text', id, time, text })
  await writer.close()
  const lines = new LineReader(readable)
  const answer = await lines.line()
  await lines.cancel()
  if (answer?.['type'] !== 'received' || answer['id'] !== id) throw new HostError('bad-line', 'no receipt')
}

function readMessage(line: Readonly<Record<string, unknown>> | undefined): { id: string; text: string } {
  const { type, id, text } = line ?? {}
  if (type === 'text' && typeof id === 'string' && ID.test(id) && typeof text === 'string') {
    if (text.length <= TEXT_LIMIT) return { id, text }
  }
  throw new HostError('bad-line', 'The other side sent a message that makes no sense.')
}
