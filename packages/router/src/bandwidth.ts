import type { ForwardingPlane, PortCounters } from '@snek/forwarding'
import type { ByteCounts, PeerBandwidth } from './events.ts'
import type { Link } from './peering.ts'

/** In ms. */
const REPORT_INTERVAL = 60_000

/** What went over each peering since the last report. */
export class BandwidthMeter {
  readonly #last = new Map<number, PortCounters>()
  #nextReport: number

  constructor(now: number) {
    this.#nextReport = now + REPORT_INTERVAL
  }

  /** In ms since the Unix epoch. */
  get nextReport(): number {
    return this.#nextReport
  }

  report(links: Iterable<Link>, plane: ForwardingPlane, now: number): PeerBandwidth[] {
    this.#nextReport = now + REPORT_INTERVAL
    return Array.from(links, ({ port, key }) => {
      const counters = plane.portCounters(port)
      const last = this.#last.get(port)
      this.#last.set(port, counters)
      return {
        port,
        key,
        in: difference(counters.bytesIn, last?.bytesIn),
        out: difference(counters.bytesOut, last?.bytesOut),
      }
    })
  }

  /** The peering has ended. */
  forget(port: number): void {
    this.#last.delete(port)
  }
}

function difference(counts: ByteCounts, last: ByteCounts = { protocol: 0, traffic: 0 }): ByteCounts {
  return { protocol: counts.protocol - last.protocol, traffic: counts.traffic - last.traffic }
}
