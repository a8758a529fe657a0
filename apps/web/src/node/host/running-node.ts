// A node that runs, and the services on it.
import type { Identity } from '@snek/identity'
import { createNode, type Node, streamNetwork } from '@snek/node/browser'
import { type Clock, systemClock } from '@snek/platform'
import { type Connector, webRtcTransport } from '@snek/transport-webrtc'
import { webSocketTransport } from '@snek/transport-websocket'
import type { Item, Sample } from '../protocol.ts'
import { Chat } from './chat.ts'
import { CompanyKeeper } from './company.ts'
import type { Contacts } from './contacts.ts'
import type { Conversations } from './conversations.ts'
import { DirectLinks } from './direct-links.ts'
import { DropReceiver } from './drop-receiver.ts'
import { DropSender } from './drop-sender.ts'
import { HostError, inWords } from './errors.ts'
import type { EventLog } from './event-log.ts'
import { PeerSet } from './peer-set.ts'
import { Sampler } from './sampler.ts'
import { SessionWatch } from './session-watch.ts'
import { Web } from './web.ts'

export interface RunningNodeOptions {
  identity: Identity
  contacts: Contacts
  conversations: Conversations
  connector: Connector
  log: EventLog
  page: string
  onChange(): void
}

export class RunningNode {
  readonly node: Node
  readonly peers: PeerSet
  readonly web: Web
  readonly #contacts: Contacts
  readonly #conversations: Conversations
  readonly #clock: Clock
  readonly #company: CompanyKeeper
  readonly #chat: Chat
  readonly #links: DirectLinks
  readonly #sender: DropSender
  readonly #receiver: DropReceiver
  readonly #watch: SessionWatch
  readonly #sampler = new Sampler()

  static async start(options: RunningNodeOptions): Promise<RunningNode> {
    return new RunningNode(await createNode({ identity: options.identity }), options)
  }

  private constructor(node: Node, options: RunningNodeOptions) {
    const { contacts, conversations, connector, log, page, onChange } = options
    const clock = systemClock()
    const watch = new SessionWatch(node)
    const streams = streamNetwork(watch)
    const now = (): number => Math.round(clock.now())
    const onFailure = (error: unknown): void => log.add('not listening', inWords(error))
    this.node = node
    this.#clock = clock
    this.#watch = watch
    this.#contacts = contacts
    this.#conversations = conversations
    log.follow(node.router)
    this.peers = new PeerSet(node.router, [webSocketTransport()], onChange)
    const transport = webRtcTransport({
      network: streams,
      connector,
      accepts: (key) => this.#links.accepts(key),
    })
    const onEvent = (text: string): void => log.add('direct link', text)
    this.#links = new DirectLinks({ router: node.router, transport, contacts, clock, onEvent, onFailure })
    this.#chat = new Chat({
      contacts,
      conversations,
      session: (key) => this.#company.session(key),
      now,
    })
    this.#sender = new DropSender(streams, conversations)
    this.#receiver = new DropReceiver({ network: streams, contacts, conversations, now, onFailure })
    this.web = new Web(watch, page)
    this.#company = new CompanyKeeper({
      network: watch,
      contacts,
      clock,
      onStream: (key, stream) => {
        this.#chat.receive(key, stream).catch((error: Error) => {
          log.add('message refused', `from ${key.short()}: ${error.message}`)
        })
      },
      onOnline: (key) => {
        this.#chat.deliver(key.hex)
        this.#sender.wake()
        this.#links.want(key)
      },
      onFailure,
    })
  }

  /** Contacts came or went. */
  refreshContacts(): void {
    this.#company.refresh()
  }

  wake(): void {
    this.peers.wake()
    this.#company.wake()
    this.#sender.wake()
  }

  sendText(key: string, id: string, text: string): Promise<void> {
    return this.#chat.send(key, id, text)
  }

  async dropFile(key: string, id: string, file: File): Promise<void> {
    const known = await this.#conversations.find(key, id)
    const item = known ?? newFileItem(id, file, this.#now())
    if (item.type !== 'file' || !item.mine) throw new HostError('no-such-item', 'There is no such file here.')
    if (item.name !== file.name || item.size !== file.size) {
      throw new HostError('other-file', `That is another file: choose ${item.name} again, unchanged.`)
    }
    if (known === undefined) {
      await this.#contacts.heard(key, item.time, true)
      await this.#conversations.add(key, item)
    } else {
      await this.#conversations.change(key, id, { state: 'paused' })
    }
    await this.#sender.send(key, item, file)
  }

  answerOffer(key: string, id: string, accept: boolean): Promise<void> {
    return this.#receiver.answer(key, id, accept)
  }

  async cancelTransfer(key: string, id: string): Promise<void> {
    const item = await this.#conversations.find(key, id)
    if (item?.type !== 'file') return
    if (!item.mine) await this.#receiver.cancel(key, id)
    else if (!(await this.#sender.cancel(key, id)))
      await this.#conversations.change(key, id, { state: 'cancelled' })
  }

  /** Ends what goes on with a contact that is none any more. */
  leave(key: string): void {
    this.#links.drop(key)
    this.#company.refresh()
  }

  get samples(): readonly Sample[] {
    return this.#sampler.samples
  }

  sample(): Sample {
    return this.#sampler.sample(this.#now(), this.node.snapshot(), this.#watch.totals())
  }

  async close(): Promise<void> {
    this.peers.close()
    this.#company.close()
    this.#links.close()
    this.#sender.close()
    await this.web.close()
    await this.node.close()
  }

  #now(): number {
    return Math.round(this.#clock.now())
  }
}

function newFileItem(id: string, file: File, time: number): Item {
  const { name, size } = file
  return { type: 'file', id, mine: true, time, name, size, moved: 0, state: 'offered' }
}
