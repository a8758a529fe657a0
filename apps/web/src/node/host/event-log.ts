// What happened lately, in words.
import type { Router } from '@snek/router'
import type { NodeEvent } from '../protocol.ts'

const LIMIT = 200

export class EventLog {
  readonly #now: () => number
  readonly #onEvent: (event: NodeEvent) => void
  readonly #events: NodeEvent[] = []

  constructor(now: () => number, onEvent: (event: NodeEvent) => void) {
    this.#now = now
    this.#onEvent = onEvent
  }

  get list(): readonly NodeEvent[] {
    return this.#events
  }

  add(name: string, text: string): void {
    const event = { time: this.#now(), name, text }
    this.#events.push(event)
    if (this.#events.length > LIMIT) this.#events.shift()
    this.#onEvent(event)
  }

  /** Tells what happens to a router. */
  follow(router: Router): void {
    router.addEventListener('peeradded', ({ detail: { key, uri } }) => {
      this.add('peer added', `${key.short()} at ${uri}`)
    })
    router.addEventListener('peerremoved', ({ detail: { key, error } }) => {
      this.add('peer removed', `${key.short()}${error === undefined ? '' : `: ${error.message}`}`)
    })
    router.addEventListener('parentchange', ({ detail: { parent } }) => {
      this.add('parent changed', parent === undefined ? 'none: this node is a root' : parent.short())
    })
    router.addEventListener('descendingchange', ({ detail: { descending } }) => {
      this.add('snake neighbour changed', descending === undefined ? 'none below' : descending.short())
    })
    router.addEventListener('routeadded', ({ detail: { key, port } }) => {
      this.add('route added', `${key.short()} by port ${port}`)
    })
    router.addEventListener('routeremoved', ({ detail: { key } }) => this.add('route removed', key.short()))
    router.addEventListener('broadcast', ({ detail: { key } }) => this.add('woke up', key.short()))
  }
}
