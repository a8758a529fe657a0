// The people that this node knows, those that knocked, and those that aren't listened to.
import { Key } from '@snek/wire'
import type { Contact } from '../protocol.ts'
import { HostError } from './errors.ts'
import type { Store, StoredContact } from './store.ts'

const CONTACTS_LIMIT = 200
/** Strangers that wrote to us, at most; the one longest silent makes room. */
const ASKED_LIMIT = 20
const NAME_LIMIT = 60

/** What isn't kept: it is so only now. */
export interface Company {
  readonly presence: Contact['presence']
  readonly direct: boolean
}

const NO_COMPANY: Company = { presence: 'unknown', direct: false }

export class Contacts {
  readonly #store: Store
  readonly #onChange: () => void
  readonly #contacts: Map<string, StoredContact>
  readonly #company = new Map<string, Company>()

  private constructor(store: Store, contacts: readonly StoredContact[], onChange: () => void) {
    this.#store = store
    this.#onChange = onChange
    this.#contacts = new Map(contacts.map((contact) => [contact.key, contact]))
  }

  static async load(store: Store, onChange: () => void): Promise<Contacts> {
    return new Contacts(store, await store.contacts(), onChange)
  }

  get list(): Contact[] {
    return [...this.#contacts.values()]
      .map((contact) => ({ ...contact, ...(this.#company.get(contact.key) ?? NO_COMPANY) }))
      .sort((a, b) => b.lastTime - a.lastTime || a.name.localeCompare(b.name))
  }

  standing(key: string): Contact['standing'] | undefined {
    return this.#contacts.get(key)?.standing
  }

  /** Keys of those that we want to be in touch with. */
  get wanted(): string[] {
    return [...this.#contacts.values()].flatMap(({ key, standing }) => (standing === 'contact' ? [key] : []))
  }

  async save(key: string, name: string): Promise<void> {
    const hex = parseKey(key)
    const known = this.#contacts.get(hex)
    const count = this.wanted.length
    if (known?.standing !== 'contact' && count >= CONTACTS_LIMIT) {
      throw new HostError(
        'too-many-contacts',
        `${CONTACTS_LIMIT} contacts are all this page keeps: remove one first.`,
      )
    }
    const called = name.trim().slice(0, NAME_LIMIT) || hex.slice(0, 8)
    await this.#put({ key: hex, unread: 0, lastTime: 0, ...known, name: called, standing: 'contact' })
  }

  async remove(key: string): Promise<void> {
    this.#contacts.delete(key)
    this.#company.delete(key)
    await this.#keep()
  }

  async block(key: string, blocked: boolean): Promise<void> {
    const known = this.#contacts.get(key)
    if (known !== undefined) await this.#put({ ...known, standing: blocked ? 'blocked' : 'contact' })
  }

  async read(key: string): Promise<void> {
    const known = this.#contacts.get(key)
    if (known !== undefined && known.unread > 0) await this.#put({ ...known, unread: 0 })
  }

  /** Something was said, by them or by us. A stranger becomes one who asked. */
  async heard(key: string, time: number, mine: boolean): Promise<void> {
    const known = this.#contacts.get(key) ?? this.#stranger(key)
    const unread = mine ? known.unread : known.unread + 1
    await this.#put({ ...known, unread, lastTime: Math.max(known.lastTime, time) })
  }

  setCompany(key: string, change: Partial<Company>): void {
    if (!this.#contacts.has(key)) return
    const before = this.#company.get(key) ?? NO_COMPANY
    const after = { ...before, ...change }
    if (after.presence === before.presence && after.direct === before.direct) return
    this.#company.set(key, after)
    this.#onChange()
  }

  #stranger(key: string): StoredContact {
    const asked = [...this.#contacts.values()]
      .filter(({ standing }) => standing === 'asked')
      .sort((a, b) => a.lastTime - b.lastTime)
    const [oldest] = asked
    if (asked.length >= ASKED_LIMIT && oldest !== undefined) {
      this.#contacts.delete(oldest.key)
      void this.#store.removeConversation(oldest.key)
    }
    return { key, name: key.slice(0, 8), standing: 'asked', unread: 0, lastTime: 0 }
  }

  async #put(contact: StoredContact): Promise<void> {
    this.#contacts.set(contact.key, contact)
    await this.#keep()
  }

  async #keep(): Promise<void> {
    this.#onChange()
    await this.#store.keep('contacts', [...this.#contacts.values()])
  }
}

export function parseKey(text: string): string {
  try {
    return Key.parse(text.trim()).hex
  } catch {
    throw new HostError(
      'bad-key',
      'That is no key: a key has 64 hex digits, or 52 letters and digits before .snek.',
    )
  }
}
