// The node of this browser: its identity, its life, and what the tabs may ask of it.
import { createIdentity, type Identity } from '@snek/identity'
import type { Connector } from '@snek/transport-webrtc'
import { encodeHex } from '@snek/wire'
import type { Everything, Methods, NodeStatus, Push } from '../protocol.ts'
import { Contacts, parseKey } from './contacts.ts'
import { Conversations } from './conversations.ts'
import { HostError, inWords } from './errors.ts'
import { EventLog } from './event-log.ts'
import { readReceived, removeReceived } from './partial-files.ts'
import { RunningNode } from './running-node.ts'
import { Store } from './store.ts'
import { parseStunServers, readStunServers } from './stun-servers.ts'
import { forgetIdentity, keepIdentity, loadIdentity, parseSeed } from './vault.ts'

/** Between samples, and the shortest time between two statuses, in milliseconds. */
const SAMPLE_INTERVAL = 1000
const STATUS_INTERVAL = 200

/** What may be asked, each as a promise. */
export type Answers = {
  [M in keyof Methods]: (...args: Parameters<Methods[M]>) => Promise<ReturnType<Methods[M]>>
}

export class Host {
  readonly answers: Answers
  readonly #store: Store
  readonly #push: (push: Push) => void
  readonly #connector: Connector
  readonly #contacts: Contacts
  readonly #conversations: Conversations
  readonly #log: EventLog
  #running: RunningNode | undefined
  #phase: Pick<NodeStatus, 'phase' | 'problem'> = { phase: 'none' }
  #identity: Identity | undefined
  #peers: readonly string[] = []
  #page = ''
  #stunServers: readonly string[] = []
  #persisted = false
  #statusTimer: ReturnType<typeof setTimeout> | undefined

  static async open(connector: Connector, push: (push: Push) => void): Promise<Host> {
    const store = new Store((error) => push({ type: 'trouble', text: inWords(error) }))
    const host: Host = new Host(
      store,
      connector,
      push,
      await Contacts.load(store, () => host.#contactsChanged()),
    )
    await host.#begin()
    return host
  }

  private constructor(store: Store, connector: Connector, push: (push: Push) => void, contacts: Contacts) {
    this.#store = store
    this.#connector = connector
    this.#push = push
    this.#contacts = contacts
    this.#conversations = new Conversations(store, (key, item) => push({ type: 'item', key, item }))
    this.#log = new EventLog(Date.now, (event) => push({ type: 'event', event }))
    this.answers = this.#makeAnswers()
    setInterval(() => this.#sample(), SAMPLE_INTERVAL)
  }

  async #begin(): Promise<void> {
    this.#peers = (await this.#store.peers()) ?? []
    this.#page = await this.#store.page()
    this.#stunServers = readStunServers(await this.#store.read('stun'))
    this.#persisted = (await navigator.storage?.persisted?.()) ?? false
    try {
      const identity = await loadIdentity(this.#store)
      if (identity !== undefined) await this.#start(identity)
    } catch (error) {
      this.#setPhase({ phase: 'damaged', problem: inWords(error) })
    }
  }

  async #start(identity: Identity): Promise<void> {
    this.#identity = identity
    this.#setPhase({ phase: 'starting' })
    try {
      this.#running = await RunningNode.start({
        identity,
        contacts: this.#contacts,
        conversations: this.#conversations,
        connector: this.#connector,
        log: this.#log,
        page: this.#page,
        onChange: () => this.#changed(),
      })
      for (const uri of this.#peers) this.#running.peers.add(uri)
      this.#setPhase({ phase: 'running' })
    } catch (error) {
      this.#setPhase({ phase: 'failed', problem: inWords(error) })
    }
  }

  async #adopt(identity: Identity): Promise<void> {
    await keepIdentity(this.#store, identity, Date.now())
    await this.#stop()
    await this.#start(identity)
    this.#persisted = (await navigator.storage?.persist?.()) ?? false
    this.#changed()
  }

  async #stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    this.#identity = undefined
    await running?.close()
  }

  #makeAnswers(): Answers {
    const running = (): RunningNode => {
      if (this.#running === undefined) throw new HostError('not-running', 'The node isn’t running.')
      return this.#running
    }
    return {
      sync: async () => this.#everything(),
      createIdentity: async () => {
        if (this.#running === undefined) await this.#adopt(createIdentity())
      },
      importIdentity: async (seed) => {
        const identity = parseSeed(seed)
        if (identity.key.hex !== this.#identity?.key.hex) await this.#adopt(identity)
      },
      exportIdentity: async () => {
        if (this.#identity === undefined)
          throw new HostError('no-identity', 'There is no identity to export.')
        return encodeHex(this.#identity.seed)
      },
      forgetIdentity: async () => {
        await forgetIdentity(this.#store)
        await this.#stop()
        this.#setPhase({ phase: 'none' })
      },
      addPeer: async (uri) => {
        running().peers.add(uri)
        await this.#keepPeers()
      },
      removePeer: async (uri) => {
        running().peers.remove(uri)
        await this.#keepPeers()
      },
      setStunServers: async (text) => {
        const servers = parseStunServers(text)
        await this.#store.write('stun', servers)
        this.#stunServers = servers
        this.#changed()
      },
      wake: async () => this.#running?.wake(),
      saveContact: async (key, name) => {
        await this.#contacts.save(key, name)
        this.#running?.refreshContacts()
      },
      removeContact: async (key) => {
        for (const item of await this.#conversations.items(key)) {
          if (item.type === 'file' && !item.mine) await removeReceived(item.id)
        }
        await this.#contacts.remove(key)
        await this.#conversations.remove(key)
        this.#running?.leave(key)
      },
      blockContact: async (key, blocked) => {
        await this.#contacts.block(key, blocked)
        if (blocked) this.#running?.leave(key)
        else this.#running?.refreshContacts()
      },
      readConversation: async (key) => {
        await this.#contacts.read(key)
        return this.#conversations.items(key)
      },
      sendText: (key, id, text) => running().sendText(parseKey(key), id, text),
      dropFile: (key, id, file) => running().dropFile(parseKey(key), id, file),
      answerOffer: (key, id, accept) => running().answerOffer(key, id, accept),
      cancelTransfer: (key, id) => running().cancelTransfer(key, id),
      receivedFile: async (key, id) => {
        const item = await this.#conversations.find(key, id)
        if (item?.type !== 'file') throw new HostError('no-such-item', 'There is no such file here.')
        return readReceived(id, item.name)
      },
      fetch: (url) => running().web.fetch(url),
      setPage: async (text) => {
        const { web } = running()
        web.page = text
        await this.#store.write('page', text).catch((error: unknown) => {
          web.page = this.#page // what isn't kept isn't shown either
          throw error
        })
        this.#page = text
        this.#changed()
      },
    }
  }

  async #keepPeers(): Promise<void> {
    this.#peers = this.#running?.peers.uris ?? this.#peers
    await this.#store.write('peers', this.#peers)
  }

  #everything(): Everything {
    return {
      status: this.#status(),
      contacts: this.#contacts.list,
      samples: this.#running?.samples ?? [],
      events: this.#log.list,
    }
  }

  #status(): NodeStatus {
    return {
      ...this.#phase,
      ...(this.#identity && { key: this.#identity.key.hex }),
      ...(this.#running && { snapshot: this.#running.node.snapshot() }),
      peers: this.#running?.peers.status ?? [],
      page: this.#page,
      stunServers: this.#stunServers,
      persisted: this.#persisted,
    }
  }

  #setPhase(phase: Pick<NodeStatus, 'phase' | 'problem'>): void {
    this.#phase = phase
    this.#changed()
  }

  #contactsChanged(): void {
    this.#push({ type: 'contacts', contacts: this.#contacts.list })
  }

  /** Tells the tabs, soon: much changes at once. */
  #changed(): void {
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = undefined
      this.#push({ type: 'status', status: this.#status() })
    }, STATUS_INTERVAL)
  }

  #sample(): void {
    if (this.#running === undefined) return
    this.#push({ type: 'sample', sample: this.#running.sample() })
    this.#changed()
  }
}
