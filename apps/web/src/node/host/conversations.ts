// What was said to whom, kept in order; the oldest goes when it gets too much.
import type { FileItem, Item, TextItem } from '../protocol.ts'
import type { Store } from './store.ts'

const ITEMS_LIMIT = 500

/** States of a transfer that end with the page that it ran in. */
const RUNNING: readonly FileItem['state'][] = ['offered', 'moving', 'paused']

export class Conversations {
  readonly #store: Store
  readonly #onItem: (key: string, item: Item) => void
  readonly #loaded = new Map<string, Promise<Item[]>>()
  /** Writes, one after another. */
  readonly #writing = new Map<string, Promise<void>>()

  constructor(store: Store, onItem: (key: string, item: Item) => void) {
    this.#store = store
    this.#onItem = onItem
  }

  items(key: string): Promise<Item[]> {
    let items = this.#loaded.get(key)
    if (items === undefined) {
      items = this.#store.conversation(key).then((stored) => stored.map(revive))
      this.#loaded.set(key, items)
    }
    return items
  }

  async find(key: string, id: string): Promise<Item | undefined> {
    return (await this.items(key)).find((item) => item.id === id)
  }

  async add(key: string, item: Item): Promise<void> {
    const items = await this.items(key)
    items.push(item)
    if (items.length > ITEMS_LIMIT) items.splice(0, items.length - ITEMS_LIMIT)
    this.#onItem(key, item)
    await this.#keep(key, items)
  }

  async change(key: string, id: string, change: Partial<TextItem> | Partial<FileItem>): Promise<void> {
    const items = await this.items(key)
    const at = items.findIndex((item) => item.id === id)
    const before = items[at]
    if (before === undefined) return
    const after = { ...before, ...change } as Item
    items[at] = after
    this.#onItem(key, after)
    await this.#keep(key, items)
  }

  /** As `change`, for what changes many times a second: isn't written. */
  async show(key: string, id: string, change: Partial<FileItem>): Promise<void> {
    const items = await this.items(key)
    const at = items.findIndex((item) => item.id === id)
    const before = items[at]
    if (before === undefined) return
    const after = { ...before, ...change } as Item
    items[at] = after
    this.#onItem(key, after)
  }

  async remove(key: string): Promise<void> {
    this.#loaded.delete(key)
    await this.#writing.get(key)
    await this.#store.removeConversation(key)
  }

  #keep(key: string, items: readonly Item[]): Promise<void> {
    const before = this.#writing.get(key) ?? Promise.resolve()
    const writing = before.then(() => this.#store.keepConversation(key, items))
    this.#writing.set(key, writing)
    return writing
  }
}

/** After the page was loaded anew: the sender has lost the file, the receiver waits for the next offer. */
function revive(item: Item): Item {
  if (item.type !== 'file' || !RUNNING.includes(item.state)) return item
  if (item.mine) return { ...item, state: 'interrupted' }
  return item.state === 'moving' ? { ...item, state: 'paused' } : item
}
