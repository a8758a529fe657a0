// What outlives the page, in IndexedDB. Everything read is checked: it may be of an older page, or damaged.
import { createStore, del, get, set, type UseStore } from 'idb-keyval'
import type { Item } from '../protocol.ts'

export interface StoredContact {
  readonly key: string
  readonly name: string
  readonly standing: 'contact' | 'asked' | 'blocked'
  readonly unread: number
  readonly lastTime: number
}

const STANDINGS: readonly unknown[] = ['contact', 'asked', 'blocked'] satisfies StoredContact['standing'][]
const KEY = /^[0-9a-f]{64}$/

export class Store {
  readonly #store: UseStore = createStore('snek', 'node')
  readonly #onTrouble: (error: unknown) => void

  /** `onTrouble` is told when something couldn't be kept that goes on all the same. */
  constructor(onTrouble: (error: unknown) => void) {
    this.#onTrouble = onTrouble
  }

  read(name: string): Promise<unknown> {
    return get(name, this.#store)
  }

  write(name: string, value: unknown): Promise<void> {
    return set(name, value, this.#store)
  }

  remove(name: string): Promise<void> {
    return del(name, this.#store)
  }

  /** As `write`, but never rejects: what can't be kept is still there for as long as the page is. */
  async keep(name: string, value: unknown): Promise<void> {
    await this.write(name, value).catch(this.#onTrouble)
  }

  async peers(): Promise<string[] | undefined> {
    const value = await this.read('peers')
    return Array.isArray(value) ? value.filter((uri) => typeof uri === 'string') : undefined
  }

  async page(): Promise<string> {
    const value = await this.read('page')
    return typeof value === 'string' ? value : ''
  }

  async contacts(): Promise<StoredContact[]> {
    const value = await this.read('contacts')
    return Array.isArray(value) ? value.filter(isContact) : []
  }

  async conversation(key: string): Promise<Item[]> {
    const value = await this.read(conversationName(key))
    return Array.isArray(value) ? value.filter(isItem) : []
  }

  keepConversation(key: string, items: readonly Item[]): Promise<void> {
    return this.keep(conversationName(key), items)
  }

  async removeConversation(key: string): Promise<void> {
    await this.remove(conversationName(key)).catch(this.#onTrouble)
  }
}

function conversationName(key: string): string {
  return `conversation ${key}`
}

function isContact(value: unknown): value is StoredContact {
  if (typeof value !== 'object' || value === null) return false
  const { key, name, standing, unread, lastTime } = value as Partial<Record<keyof StoredContact, unknown>>
  return (
    typeof key === 'string' &&
    KEY.test(key) &&
    typeof name === 'string' &&
    STANDINGS.includes(standing) &&
    typeof unread === 'number' &&
    typeof lastTime === 'number'
  )
}

function isItem(value: unknown): value is Item {
  if (typeof value !== 'object' || value === null) return false
  const { id, time, mine, type } = value as Partial<Record<string, unknown>>
  if (typeof id !== 'string' || typeof time !== 'number' || typeof mine !== 'boolean') return false
  if (type === 'text') return typeof (value as { text?: unknown }).text === 'string'
  const { name, size, moved } = value as Partial<Record<string, unknown>>
  return type === 'file' && typeof name === 'string' && typeof size === 'number' && typeof moved === 'number'
}
