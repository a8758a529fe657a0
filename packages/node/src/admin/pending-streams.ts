// Streams that arrived for a listening command and wait for it to take them.
import type { Clock, TimerHandle } from '@snek/platform'
import type { PeerStream } from '../streams.ts'
import { AdminError } from './errors.ts'

/** Streams waiting for one listener; one more is cut. */
const PENDING_LIMIT = 128
/** How long a stream waits, in milliseconds, before it is cut. */
const PENDING_TIME = 10_000

interface Pending {
  readonly stream: PeerStream
  readonly timer: TimerHandle
  readonly offered: Set<number>
}

export class PendingStreams {
  readonly #clock: Clock
  readonly #pending = new Map<number, Pending>()
  #nextId = 1

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Keeps `stream` for its listener, whose ids are in `offered`. Undefined if too many wait there already. */
  add(stream: PeerStream, offered: Set<number>): number | undefined {
    if (offered.size >= PENDING_LIMIT) {
      cut(stream)
      return undefined
    }
    const id = this.#nextId++
    const timer = this.#clock.setTimeout(() => cut(this.take(id)), PENDING_TIME)
    this.#pending.set(id, { stream, timer, offered })
    offered.add(id)
    return id
  }

  /** Throws `no-such-stream` for one that was taken, cut or never there. */
  take(id: number): PeerStream {
    const pending = this.#pending.get(id)
    if (pending === undefined) throw new AdminError('no-such-stream', `no stream ${id} waits to be accepted`)
    this.#clock.clearTimeout(pending.timer)
    this.#pending.delete(id)
    pending.offered.delete(id)
    return pending.stream
  }

  /** Cuts what waits for a listener that is gone. */
  drop(offered: ReadonlySet<number>): void {
    for (const id of [...offered]) cut(this.take(id))
  }

  close(): void {
    for (const id of [...this.#pending.keys()]) cut(this.take(id))
  }
}

function cut(stream: PeerStream): void {
  void stream.close(new AdminError('admin-busy', 'nobody took the stream'))
}
