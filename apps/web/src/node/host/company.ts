// Keeps in touch with the contacts: one session each, by whichever side came first. That it stands is what
// makes a contact online.
import type { Clock, TimerHandle } from '@snek/platform'
import { Key } from '@snek/wire'
import type { Contacts } from './contacts.ts'
import { letGo, type Network, type Session, type SessionStream } from './network.ts'

/** The protocol name of the sessions that contacts talk over. */
export const CHAT_PROTOCOL = 'snek.chat'

/** How long a contact is waited for, in milliseconds. */
const DIAL_LIMIT = 10_000
/** Between attempts, in milliseconds: doubled each time. */
const SHORTEST_WAIT = 2000
const LONGEST_WAIT = 60_000
/** Sessions with strangers, and in all with one key. */
const STRANGERS_LIMIT = 16
const SESSIONS_LIMIT = 4

export interface CompanyOptions {
  network: Network
  contacts: Contacts
  clock: Clock
  /** A stream that a contact or a stranger opened. */
  onStream(key: Key, stream: SessionStream): void
  /** A contact came online. */
  onOnline(key: Key): void
  /** Nobody can be listened for. */
  onFailure(error: unknown): void
}

export class CompanyKeeper {
  readonly #options: CompanyOptions
  readonly #friends = new Map<string, Friend>()
  #closed = false

  constructor(options: CompanyOptions) {
    this.#options = options
    this.#listen().catch(options.onFailure)
    this.refresh()
  }

  /** Reaches for contacts that are new, lets go of those that are none any more. */
  refresh(): void {
    const { contacts } = this.#options
    const wanted = new Set(contacts.wanted)
    for (const key of wanted) this.#friend(key).reach()
    for (const [key, friend] of this.#friends) {
      if (wanted.has(key)) continue
      friend.letGo(contacts.standing(key) !== 'asked')
    }
  }

  /** Tries at once with those who are away. */
  wake(): void {
    for (const friend of this.#friends.values()) friend.wake()
  }

  /** A session with the contact, if there is one. */
  session(key: string): Session | undefined {
    return this.#friends.get(key)?.session
  }

  close(): void {
    this.#closed = true
    for (const friend of this.#friends.values()) friend.letGo(true)
  }

  async #listen(): Promise<void> {
    for await (const session of this.#options.network.listen(CHAT_PROTOCOL)) {
      if (this.#closed || !this.#welcomes(session.remoteKey)) letGo(session)
      else this.#friend(session.remoteKey.hex).adopt(session)
    }
  }

  #welcomes(key: Key): boolean {
    const standing = this.#options.contacts.standing(key.hex)
    if (standing === 'contact') return true
    const strangers = [...this.#friends.values()].filter((friend) => friend.session && !friend.wanted)
    return standing !== 'blocked' && strangers.length < STRANGERS_LIMIT
  }

  #friend(key: string): Friend {
    let friend = this.#friends.get(key)
    if (friend === undefined) {
      friend = new Friend(Key.parse(key), this.#options, () => this.#friends.delete(key))
      this.#friends.set(key, friend)
    }
    return friend
  }
}

class Friend {
  readonly #key: Key
  readonly #options: CompanyOptions
  /** Nobody wants it, and it has no session. */
  readonly #onIdle: () => void
  readonly #sessions = new Set<Session>()
  #wanted = false
  #dialling: AbortController | undefined
  #wait = SHORTEST_WAIT
  #timer: TimerHandle | undefined

  constructor(key: Key, options: CompanyOptions, onIdle: () => void) {
    this.#key = key
    this.#options = options
    this.#onIdle = onIdle
  }

  get session(): Session | undefined {
    return this.#sessions.values().next().value
  }

  get wanted(): boolean {
    return this.#wanted
  }

  reach(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#show()
    if (this.#sessions.size > 0) this.#options.onOnline(this.#key)
    else void this.#dial()
  }

  wake(): void {
    this.#wait = SHORTEST_WAIT
    if (this.#timer === undefined) return
    this.#options.clock.clearTimeout(this.#timer)
    void this.#dial()
  }

  letGo(entirely: boolean): void {
    this.#wanted = false
    this.#dialling?.abort(new Error('no contact any more'))
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#sessions.size === 0) this.#onIdle()
    if (entirely) for (const session of this.#sessions) letGo(session)
  }

  adopt(session: Session): void {
    if (this.#sessions.size >= SESSIONS_LIMIT) {
      letGo(session)
      return
    }
    const isFirst = this.#sessions.size === 0
    this.#sessions.add(session)
    this.#wait = SHORTEST_WAIT
    void this.#takeStreams(session)
    const over = (): void => {
      this.#sessions.delete(session)
      this.#show()
      if (!this.#wanted && this.#sessions.size === 0) this.#onIdle()
      else this.#dialLater()
    }
    session.closed.then(over, over)
    this.#show()
    if (isFirst && this.#wanted) this.#options.onOnline(this.#key)
  }

  async #takeStreams(session: Session): Promise<void> {
    try {
      for await (const stream of session.streams) this.#options.onStream(this.#key, stream)
    } catch {
      // The session broke, of which `closed` tells.
    }
  }

  async #dial(): Promise<void> {
    this.#timer = undefined
    if (!this.#wanted || this.#sessions.size > 0 || this.#dialling !== undefined) return
    const { clock, network } = this.#options
    const dialling = new AbortController()
    this.#dialling = dialling
    const limit = clock.setTimeout(() => dialling.abort(new Error('no answer in time')), DIAL_LIMIT)
    this.#show()
    try {
      const session = await network.dial(this.#key, CHAT_PROTOCOL, { signal: dialling.signal })
      this.#dialling = undefined
      this.adopt(session)
    } catch {
      this.#dialling = undefined
      this.#show()
      this.#dialLater()
    } finally {
      clock.clearTimeout(limit)
    }
  }

  #dialLater(): void {
    if (!this.#wanted || this.#sessions.size > 0 || this.#timer !== undefined) return
    this.#timer = this.#options.clock.setTimeout(() => void this.#dial(), this.#wait)
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT)
  }

  #show(): void {
    const isFirstTry = this.#dialling !== undefined && this.#wait === SHORTEST_WAIT
    const presence = this.#sessions.size > 0 ? 'online' : isFirstTry ? 'reaching' : 'away'
    this.#options.contacts.setCompany(this.#key.hex, { presence })
  }
}
