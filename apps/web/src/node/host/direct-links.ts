// Direct links to the contacts that are online: by WebRTC, agreed over the overlay. Of two, the one with the
// lower key dials, so that they don't make two.
import type { Clock, TimerHandle } from '@snek/platform'
import type { Peering, Router } from '@snek/router'
import type { Listener, Transport } from '@snek/transport'
import { webRtcUri } from '@snek/transport-webrtc'
import { compareKeys, Key } from '@snek/wire'
import type { Contacts } from './contacts.ts'

/** Direct links at a time: browsers allow for some hundred connections in a tab's lifetime. */
const LINKS_LIMIT = 12
/** Between attempts, in milliseconds: doubled each time. */
const SHORTEST_WAIT = 3000
const LONGEST_WAIT = 300_000

export interface DirectLinksOptions {
  router: Router
  transport: Required<Transport>
  contacts: Contacts
  clock: Clock
  /** A link came, went, or couldn't be made; in words. */
  onEvent(text: string): void
  /** Nobody can be listened for. */
  onFailure(error: unknown): void
}

interface Attempt {
  wait: number
  timer: TimerHandle | undefined
  dialling: boolean
}

export class DirectLinks {
  readonly #options: DirectLinksOptions
  readonly #links = new Map<string, Peering>()
  readonly #attempts = new Map<string, Attempt>()
  #listener: Listener | undefined
  #closed = false

  constructor(options: DirectLinksOptions) {
    this.#options = options
    this.#listen().catch(options.onFailure)
  }

  /** A contact is online: a link to it is wanted. */
  want(key: Key): void {
    const { router } = this.#options
    if (this.#closed || this.#links.has(key.hex) || compareKeys(router.key, key) > 0) return
    const attempt = this.#attempts.get(key.hex) ?? { wait: SHORTEST_WAIT, timer: undefined, dialling: false }
    this.#attempts.set(key.hex, attempt)
    if (!attempt.dialling) void this.#dial(key, attempt)
  }

  /** Whose offers are answered. */
  accepts(key: Key): boolean {
    const isContact = this.#options.contacts.standing(key.hex) === 'contact'
    return isContact && !this.#links.has(key.hex) && this.#links.size < LINKS_LIMIT
  }

  /** Ends the link with one who is no contact any more. */
  drop(key: string): void {
    this.#forget(key)
    this.#links.get(key)?.close()
  }

  close(): void {
    this.#closed = true
    for (const key of [...this.#attempts.keys()]) this.#forget(key)
    void this.#listener?.close()
  }

  async #listen(): Promise<void> {
    const { transport, router } = this.#options
    this.#listener = await transport.listen(new URL('webrtc:'), (stream) => {
      // A link that fails is in the router's log; the other side dials again.
      router.connect(stream, { type: 'remote' }).then(
        (peering) => this.#hold(peering),
        () => undefined,
      )
    })
  }

  async #dial(key: Key, attempt: Attempt): Promise<void> {
    const { transport, router, clock, onEvent } = this.#options
    if (attempt.timer !== undefined) clock.clearTimeout(attempt.timer)
    attempt.timer = undefined
    if (this.#links.size >= LINKS_LIMIT) return
    attempt.dialling = true
    try {
      const stream = await transport.dial(new URL(webRtcUri(key)))
      const peering = await router.connect(stream, { type: 'remote', dialled: true })
      attempt.wait = SHORTEST_WAIT
      if (peering.key.equals(key)) this.#hold(peering)
      else {
        peering.close()
        onEvent(`Who answered for ${key.short()} has another key: the link was closed`)
      }
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      onEvent(`No direct link to ${key.short()}: ${problem}`)
      this.#dialLater(key, attempt) // even if it was refused: we may be its contact by then
    } finally {
      attempt.dialling = false
    }
  }

  #forget(key: string): void {
    const timer = this.#attempts.get(key)?.timer
    if (timer !== undefined) this.#options.clock.clearTimeout(timer)
    this.#attempts.delete(key)
  }

  #hold(peering: Peering): void {
    const { contacts, onEvent } = this.#options
    const { key } = peering
    this.#links.set(key.hex, peering)
    contacts.setCompany(key.hex, { direct: true })
    onEvent(`Linked directly to ${key.short()}`)
    const over = (): void => {
      if (this.#links.get(key.hex) !== peering) return
      this.#links.delete(key.hex)
      contacts.setCompany(key.hex, { direct: false })
      const attempt = this.#attempts.get(key.hex)
      if (attempt !== undefined) this.#dialLater(key, attempt)
    }
    peering.closed.then(over, over)
  }

  #dialLater(key: Key, attempt: Attempt): void {
    if (this.#attempts.get(key.hex) !== attempt) return
    attempt.timer = this.#options.clock.setTimeout(() => {
      const contact = this.#options.contacts.list.find((known) => known.key === key.hex)
      attempt.timer = undefined
      // Once it is online again it is wanted again.
      if (contact?.presence === 'online') this.want(Key.parse(contact.key))
    }, attempt.wait)
    attempt.wait = Math.min(attempt.wait * 2, LONGEST_WAIT)
  }
}
