// The node, as a tab sees it: its state as signals, and what can be asked of it.
import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { complain } from '../app/toasts.tsx'
import { type Candidate, type Leadership, standForLeader, takeOver } from './leadership.ts'
import {
  CHANNEL,
  type Contact,
  type Everything,
  type Item,
  type Message,
  type Method,
  type Methods,
  type NodeEvent,
  type NodeStatus,
  type Push,
  type Request,
  type Sample,
} from './protocol.ts'

/** A node that is asked this long in vain, in milliseconds, sleeps in a tab that nobody looks at. */
const ASLEEP = 2500
/** Samples that are kept: two minutes. */
const SAMPLES = 120
const EVENTS = 200

const status_: Signal<NodeStatus | undefined> = signal(undefined)
const contacts_: Signal<readonly Contact[]> = signal([])
const samples_: Signal<readonly Sample[]> = signal([])
const events_: Signal<readonly NodeEvent[]> = signal([])
const conversation_: Signal<{ readonly key: string; readonly items: readonly Item[] } | undefined> =
  signal(undefined)
const leadership_: Signal<Leadership> = signal('follows')

/** Undefined until the node has said something. */
export const status: ReadonlySignal<NodeStatus | undefined> = status_
export const contacts: ReadonlySignal<readonly Contact[]> = contacts_
export const samples: ReadonlySignal<readonly Sample[]> = samples_
export const events: ReadonlySignal<readonly NodeEvent[]> = events_
/** The one that is open in this tab. */
export const conversation: ReadonlySignal<
  { readonly key: string; readonly items: readonly Item[] } | undefined
> = conversation_
export const leadership: ReadonlySignal<Leadership> = leadership_

/** Why there can be no node in this browser; undefined where there can. */
export function obstacle(): string | undefined {
  if (!isSecureContext) {
    return 'Browsers keep no keys for pages that come by plain http:// from another machine. Open this page by https://, or from localhost.'
  }
  const missing = Object.entries({
    'Web Locks': 'locks' in navigator,
    BroadcastChannel: 'BroadcastChannel' in globalThis,
    WebAssembly: 'WebAssembly' in globalThis,
  }).flatMap(([name, present]) => (present ? [] : [name]))
  return missing.length === 0 ? undefined : `This browser lacks ${missing.join(', ')}: a newer one will do.`
}

interface Waiting {
  readonly request: Request
  resolve(result: unknown): void
  reject(error: Error): void
}

const tab = crypto.randomUUID()
const waiting = new Map<string, Waiting>()
let channel: BroadcastChannel | undefined

/** Joins the node of this browser, or runs it. */
export function startClient(): void {
  if (channel !== undefined || obstacle() !== undefined) return
  channel = new BroadcastChannel(CHANNEL)
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => take(data))
  const candidate: Candidate = {
    onChange: (now) => {
      leadership_.value = now
    },
    onFailure: fail,
    stunServers: () => status_.value?.stunServers ?? [],
  }
  standForLeader(candidate)
  void synchronise()
  const wakeUp = (): void => {
    if (document.visibilityState === 'visible') void rouse(candidate)
  }
  document.addEventListener('visibilitychange', wakeUp)
  document.addEventListener('resume', wakeUp)
  globalThis.addEventListener('pageshow', wakeUp)
  globalThis.addEventListener('online', wakeUp)
}

/** Rejects with an Error whose message is for people. */
export function ask<M extends Method>(
  method: M,
  ...args: Parameters<Methods[M]>
): Promise<ReturnType<Methods[M]>> {
  const id = crypto.randomUUID()
  const request = { to: 'node', from: tab, id, method, args } as unknown as Request
  return new Promise((resolve, reject) => {
    waiting.set(id, { request, resolve: resolve as (result: unknown) => void, reject })
    send(request)
  })
}

/** Shows a conversation; undefined closes it. */
export async function openConversation(key: string | undefined): Promise<void> {
  if (key === undefined) {
    conversation_.value = undefined
    return
  }
  if (conversation_.value?.key !== key) conversation_.value = { key, items: [] }
  const items = await ask('readConversation', key)
  if (conversation_.value?.key === key) conversation_.value = { key, items }
}

async function synchronise(): Promise<void> {
  try {
    const everything: Everything = await ask('sync')
    status_.value = everything.status
    contacts_.value = everything.contacts
    samples_.value = everything.samples
    events_.value = everything.events
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error))
  }
}

function fail(problem: string): void {
  status_.value = { phase: 'failed', problem, peers: [], page: '', stunServers: [], persisted: false }
}

/** The tab was asleep, or another was: sees to it that somebody runs the node, and that it dials at once. */
async function rouse(candidate: Candidate): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const asleep = new Promise<'asleep'>((resolve) => {
    timer = setTimeout(resolve, ASLEEP, 'asleep')
  })
  const answer = await Promise.race([ask('wake'), asleep])
  clearTimeout(timer)
  if (answer === 'asleep' && leadership_.value === 'follows') takeOver(candidate)
}

function take(message: Message): void {
  if (message.to === 'tabs' && 'push' in message) return takePush(message.push)
  if (message.to !== tab || !('id' in message)) return
  const asked = waiting.get(message.id)
  waiting.delete(message.id)
  if ('problem' in message) asked?.reject(new Error(message.problem))
  else if ('result' in message) asked?.resolve(message.result)
}

function takePush(push: Push): void {
  switch (push.type) {
    case 'started':
      for (const { request } of waiting.values()) send(request)
      return void synchronise()
    case 'status':
      status_.value = push.status
      return
    case 'contacts':
      contacts_.value = push.contacts
      return
    case 'item':
      return takeItem(push.key, push.item)
    case 'sample':
      samples_.value = [...samples_.value, push.sample].slice(-SAMPLES)
      return
    case 'event':
      events_.value = [...events_.value, push.event].slice(-EVENTS)
      return
    case 'trouble':
      complain(push.text)
  }
}

function takeItem(key: string, item: Item): void {
  const open = conversation_.value
  if (open?.key !== key) return
  const known = open.items.some(({ id }) => id === item.id)
  const items = known ? open.items.map((old) => (old.id === item.id ? item : old)) : [...open.items, item]
  conversation_.value = { key, items }
  if (!known && !item.mine && document.visibilityState === 'visible') void ask('readConversation', key)
}

function send(message: Message): void {
  channel?.postMessage(message)
}
