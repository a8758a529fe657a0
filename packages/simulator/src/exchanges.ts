// Datagrams that are answered. One that is on its way while a route changes may be lost, so whoever asked asks
// again, as a session does; what was lost is counted. Payload: 0 for a question or 1 for an answer, and a number.
import type { Clock } from '@snek/platform'
import type { Key } from '@snek/wire'
import type { SimulatedNode } from './node.ts'

/** In ms. */
const REPEAT_INTERVAL = 1000

const LENGTH = 5
const Kind = { question: 0, answer: 1 } as const

export interface Exchange {
  readonly number: number
  readonly from: SimulatedNode
  readonly to: SimulatedNode
  readonly begun: number
  asked: number
  /** When the answer came. */
  ended: number | undefined
}

export class Exchanges {
  readonly #clock: Clock
  readonly #open = new Map<number, Exchange>()
  #number = 0
  #repeats = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How often it had to be asked again so far. */
  get repeats(): number {
    return this.#repeats
  }

  /** Asks. */
  begin(from: SimulatedNode, to: SimulatedNode): Exchange {
    const now = this.#clock.now()
    const exchange = { number: this.#number, from, to, begun: now, asked: now, ended: undefined }
    this.#number += 1
    this.#open.set(exchange.number, exchange)
    ask(exchange)
    return exchange
  }

  /** Asks again for answers that should have come. */
  repeat(): void {
    const now = this.#clock.now()
    for (const exchange of this.#open.values()) {
      if (exchange.ended !== undefined || now - exchange.asked < REPEAT_INTERVAL) continue
      exchange.asked = now
      this.#repeats += 1
      ask(exchange)
    }
  }

  /** How long it took in ms; undefined, if it wasn't answered. */
  end({ number, begun, ended }: Exchange): number | undefined {
    this.#open.delete(number)
    return ended === undefined ? undefined : ended - begun
  }

  /** What a node was sent. */
  receive(node: SimulatedNode, from: Key, payload: Uint8Array): void {
    if (payload.length !== LENGTH) return
    const view = new DataView(payload.buffer, payload.byteOffset, LENGTH)
    const [kind, number] = [view.getUint8(0), view.getUint32(1)]
    const exchange = this.#open.get(number)
    if (exchange === undefined) return
    if (kind === Kind.question && node === exchange.to && from.equals(exchange.from.key)) {
      node.router.send(from, encode(Kind.answer, number))
    } else if (kind === Kind.answer && node === exchange.from && from.equals(exchange.to.key)) {
      exchange.ended ??= this.#clock.now()
    }
  }
}

function ask({ from, to, number }: Exchange): void {
  from.router.send(to.key, encode(Kind.question, number))
}

function encode(kind: number, number: number): Uint8Array {
  const payload = new Uint8Array(LENGTH)
  const view = new DataView(payload.buffer)
  view.setUint8(0, kind)
  view.setUint32(1, number)
  return payload
}
