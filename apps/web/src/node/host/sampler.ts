// Throughput and round trips, once a second, for two minutes back.
import type { RouterSnapshot } from '@snek/router'
import type { Sample, SessionSample } from '../protocol.ts'

const LIMIT = 120
/** Sessions in a sample. */
const SESSIONS_LIMIT = 24

/** A session's totals so far. */
export interface SessionTotals {
  readonly id: number
  readonly key: string
  readonly protocol: string
  /** In ms. */
  readonly rtt: number | undefined
  readonly bytesIn: number
  readonly bytesOut: number
}

interface Totals {
  readonly bytesIn: number
  readonly bytesOut: number
}

export class Sampler {
  readonly #samples: Sample[] = []
  #time: number | undefined
  readonly #before = new Map<string, Totals>()

  get samples(): readonly Sample[] {
    return this.#samples
  }

  sample(now: number, snapshot: RouterSnapshot, sessions: readonly SessionTotals[]): Sample {
    const seconds = this.#time === undefined ? 1 : Math.max(0.001, (now - this.#time) / 1000)
    this.#time = now
    const seen = new Set<string>()
    const rate = (name: string, totals: Totals): Totals => {
      const before = this.#before.get(name) ?? totals
      this.#before.set(name, totals)
      seen.add(name)
      return {
        bytesIn: Math.max(0, totals.bytesIn - before.bytesIn) / seconds,
        bytesOut: Math.max(0, totals.bytesOut - before.bytesOut) / seconds,
      }
    }
    const peers = snapshot.peers.map(({ port, started, bytes }) =>
      rate(`peer ${port} ${started}`, { bytesIn: bytes.in, bytesOut: bytes.out }),
    )
    const sample: Sample = {
      time: now,
      bytesIn: sum(peers.map(({ bytesIn }) => bytesIn)),
      bytesOut: sum(peers.map(({ bytesOut }) => bytesOut)),
      sessions: sessions.slice(0, SESSIONS_LIMIT).map(
        ({ id, key, protocol, rtt, ...totals }): SessionSample => ({
          id,
          key,
          protocol,
          rtt,
          ...rate(`session ${id}`, totals),
        }),
      ),
    }
    for (const name of this.#before.keys()) if (!seen.has(name)) this.#before.delete(name)
    this.#samples.push(sample)
    if (this.#samples.length > LIMIT) this.#samples.shift()
    return sample
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
