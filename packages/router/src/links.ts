// All links of a router: which ports are taken, and how many there may be.
import { type Key, MAX_PORT } from '@snek/wire'
import { PeeringError } from './errors.ts'
import type { PeeringLimits } from './limits.ts'
import type { Link } from './peering.ts'

/** Ports that only peers get that we dialled. */
const RESERVED_PORTS = 16

export class Links {
  readonly #limits: PeeringLimits
  /** Until their streams are closed. */
  readonly #all = new Set<Link>()
  /** Before and during the handshake. */
  readonly #handshakes = new Set<Link>()
  readonly #byPort = new Map<number, Link>()

  constructor(limits: PeeringLimits) {
    this.#limits = limits
  }

  get(port: number): Link | undefined {
    return this.#byPort.get(port)
  }

  /** Those whose streams aren't closed yet. */
  get all(): Iterable<Link> {
    return this.#all
  }

  get started(): Iterable<Link> {
    return this.#byPort.values()
  }

  get handshakes(): number {
    return this.#handshakes.size
  }

  /** Takes in a new link. A PeeringError, if it must be refused. */
  add(link: Link): PeeringError | undefined {
    this.#all.add(link)
    const refusal = link.dialled ? undefined : this.#refusal(link)
    if (refusal === undefined) this.#handshakes.add(link)
    return refusal
  }

  /** Gives a link the lowest free port. Throws a PeeringError if there is none for it. */
  admit(link: Link, key: Key): number {
    const { peeringsPerKey } = this.#limits
    const sameKey = count(this.#byPort.values(), link, (other) => !other.dialled && other.key.equals(key))
    if (!link.dialled && sameKey >= peeringsPerKey) {
      const message = `${link.uri}: there are ${peeringsPerKey} peerings with ${key.short()}`
      throw new PeeringError('too-many-peerings-with-key', message)
    }
    const ports = link.dialled ? MAX_PORT : MAX_PORT - RESERVED_PORTS
    for (let port = 1; port <= MAX_PORT && this.#byPort.size < ports; port += 1) {
      if (this.#byPort.has(port)) continue
      this.#handshakes.delete(link)
      this.#byPort.set(port, link)
      return port
    }
    throw new PeeringError('too-many-peerings', `${link.uri}: all ${ports} ports are taken`)
  }

  /** Why a link that somebody else opened can't be taken in. */
  #refusal(link: Link): PeeringError | undefined {
    const { handshakes, handshakesPerAddress, peeringsPerAddress } = this.#limits
    const { uri, address } = link
    const begun = count(this.#handshakes, link, ({ dialled }) => !dialled)
    if (begun >= handshakes) {
      return new PeeringError('too-many-handshakes', `${uri}: ${handshakes} handshakes are under way`)
    }
    const begunFromHere = count(this.#handshakes, link, wasOpenedFromSameAddress)
    if (begunFromHere >= handshakesPerAddress) {
      const message = `${uri}: ${handshakesPerAddress} handshakes with ${address} are under way`
      return new PeeringError('too-many-handshakes', message)
    }
    const fromHere = begunFromHere + count(this.#byPort.values(), link, wasOpenedFromSameAddress)
    if (fromHere < peeringsPerAddress) return undefined
    const message = `${uri}: there are ${peeringsPerAddress} peerings from ${address}`
    return new PeeringError('too-many-peerings-from-address', message)
  }

  /** It is over, though its stream may not be closed yet. */
  end(link: Link): void {
    this.#handshakes.delete(link)
    if (this.#byPort.get(link.port) === link) this.#byPort.delete(link.port)
  }

  forget(link: Link): void {
    this.#all.delete(link)
  }
}

function count(links: Iterable<Link>, link: Link, matches: (other: Link, link: Link) => boolean): number {
  let matching = 0
  for (const other of links) if (matches(other, link)) matching += 1
  return matching
}

/** Not by us. Streams that lead to no host share nothing. */
function wasOpenedFromSameAddress(other: Link, link: Link): boolean {
  return link.address !== undefined && other.address === link.address && !other.dialled
}
