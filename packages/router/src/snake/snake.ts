// The virtual snake (PROTOCOL.md section 4): bootstraps, the routes that they leave behind, and the next
// lower key. The routes are in the forwarding plane's tables.
import type { Route, SnakeHop } from '@snek/forwarding'
import {
  type Bootstrap,
  type BootstrapFrame,
  compareKeys,
  encodeBootstrap,
  encodeFrame,
  INITIAL_WATERMARK,
  isWorseWatermark,
  type Key,
  type Root,
  type Signer,
  type Verify,
  type Watermark,
} from '@snek/wire'
import type { ControlEvent, Emit } from '../outputs.ts'

/** How often what is old is dropped, and how soon a bootstrap comes that is wanted soon, in ms. */
export const MAINTENANCE_INTERVAL = 1000
/** In ms. */
export const BOOTSTRAP_INTERVAL = 5000
/**
 * How many bootstraps follow one another, a second apart, when our place in the tree has changed: others found
 * new places, too, and the first ones may not have met what they would meet now.
 */
export const SETTLING_BOOTSTRAPS = 5
/** How long a route or the descending node is valid, in ms. */
export const ROUTE_LIFETIME = 10_000

const LOCAL_PORT = 0

/** The forwarding plane's tables, as far as the snake reads and writes them. */
export interface SnakeTables {
  nextHopSnake(destination: Key, watermark: Watermark, options: { bootstrap: boolean }, now: number): SnakeHop
  route(key: Key): Route | undefined
  installRoute(route: Route, now: number): 'installed' | 'replaced' | 'full'
  /** Some of them. */
  expireRoutes(now: number): Iterable<Key>
  /** Whether there are more. */
  hasExpiredRoutes(now: number): boolean
}

/** How many routes that are gone are reported in one piece: a peering may have had very many. */
const REPORTED_AT_ONCE = 200

/** The next lower key that a node knows of. */
interface Descending {
  readonly key: Key
  readonly port: number
  readonly root: Root
  readonly time: number
}

export interface SnakeOptions {
  readonly signer: Signer
  readonly verify: Verify
  readonly tables: SnakeTables
  readonly emit: Emit
  /** When maintenance runs first, in ms since the Unix epoch. */
  readonly firstMaintenance: number
}

export class Snake {
  readonly #options: SnakeOptions
  #descending: Descending | undefined
  #maintenanceAt: number
  /** Never, at first. */
  #lastBootstrap = Number.NEGATIVE_INFINITY
  /** How many bootstraps are wanted before the next one is due. */
  #wanted = 0
  /** Routes that are gone and weren't reported yet, in lists. */
  readonly #gone: Iterator<Key>[] = []
  /** Whether there may be expired routes left in the tables. */
  #isExpiring = false

  constructor(options: SnakeOptions) {
    this.#options = options
    this.#maintenanceAt = options.firstMaintenance
  }

  get descending(): Key | undefined {
    return this.#descending?.key
  }

  /** Our parent or our root has changed. */
  settle(): void {
    this.#wanted = SETTLING_BOOTSTRAPS
  }

  /** `removed`: the keys of the routes that went with the peering. */
  removePeer(port: number, removed: Iterable<Key>): void {
    this.#gone.push(removed[Symbol.iterator]())
    if (this.#gone.length === 1) this.#reportGone()
    if (this.#descending?.port === port) this.#setDescending(undefined)
  }

  /** After the last peering. */
  reset(): void {
    this.#setDescending(undefined)
    this.#wanted = 0
    this.#lastBootstrap = Number.NEGATIVE_INFINITY
  }

  /**
   * A bootstrap that came from a peering, while we follow `root`. What says nothing new is dropped before its
   * signature is looked at; false for a bad one.
   */
  handleBootstrap(
    port: number,
    frame: BootstrapFrame,
    bootstrap: Bootstrap,
    root: Root,
    now: number,
  ): boolean {
    const { tables, verify } = this.#options
    const key = frame.destinationKey
    if (!isSameRoot(bootstrap.root, root) || key.equals(this.#options.signer.key)) return true
    const known = tables.route(key)
    const isNews = known === undefined || !isSameRoot(known.root, root) || known.sequence < bootstrap.sequence
    if (!isNews) return true
    if (!verify(key, frame.payload.subarray(0, bootstrap.signedLength), bootstrap.signature)) return false

    const hop = tables.nextHopSnake(key, frame.watermark, { bootstrap: true }, now)
    const { sequence } = bootstrap
    const destination = hop.port ?? LOCAL_PORT
    const installed = tables.installRoute({ key, source: port, destination, sequence, root, time: now }, now)
    if (installed === 'full') return true
    if (installed === 'installed') this.#report({ name: 'routeadded', detail: { key, port } })
    if (this.#isDescending(key, root, now)) this.#setDescending({ key, port, root, time: now })

    const goesOn = destination !== LOCAL_PORT && destination !== port
    if (goesOn && !isWorseWatermark(hop.watermark, frame.watermark)) {
      this.#send(destination, { ...frame, watermark: hop.watermark })
    }
    return true
  }

  /** Reports some more of the routes that are gone, or removes some more that are old. False if none are left. */
  work(now: number): boolean {
    if (this.#gone.length === 0 && this.#isExpiring) {
      const { tables } = this.#options
      this.#gone.push(tables.expireRoutes(now)[Symbol.iterator]())
      this.#isExpiring = tables.hasExpiredRoutes(now)
    }
    this.#reportGone()
    return this.hasWork
  }

  /** Whether `work` has something to do. */
  get hasWork(): boolean {
    return this.#gone.length > 0 || this.#isExpiring
  }

  nextTimeout(): number {
    return this.#maintenanceAt
  }

  /** `isRoot`: a root sends no bootstraps. */
  handleTimeout(root: Root, isRoot: boolean, now: number): void {
    if (now < this.#maintenanceAt) return
    this.#maintenanceAt = now + MAINTENANCE_INTERVAL
    this.#isExpiring = true
    if (this.#gone.length === 0) this.work(now)
    if (!this.#isValid(this.#descending, root, now)) this.#setDescending(undefined)
    if (isRoot || (this.#wanted === 0 && now - this.#lastBootstrap < BOOTSTRAP_INTERVAL)) return
    this.#wanted = Math.max(0, this.#wanted - 1)
    this.#lastBootstrap = now
    this.#bootstrap(root, now)
  }

  #bootstrap(root: Root, now: number): void {
    const { signer, tables } = this.#options
    const hop = tables.nextHopSnake(signer.key, INITIAL_WATERMARK, { bootstrap: true }, now)
    if (hop.port === undefined || hop.port === LOCAL_PORT) return
    this.#send(hop.port, {
      type: 'bootstrap',
      extra: 0,
      hopLimit: 0,
      destinationKey: signer.key,
      watermark: hop.watermark,
      payload: encodeBootstrap(BigInt(Math.floor(now)), root, signer),
    })
  }

  /** Whether a node of that key, which has just bootstrapped, is the descending one from now on. */
  #isDescending(key: Key, root: Root, now: number): boolean {
    if (compareKeys(key, this.#options.signer.key) >= 0) return false
    if (!this.#isValid(this.#descending, root, now)) return true
    return compareKeys(key, this.#descending.key) >= 0
  }

  #isValid(node: Descending | undefined, root: Root, now: number): node is Descending {
    return node !== undefined && now - node.time < ROUTE_LIFETIME && isSameRoot(node.root, root)
  }

  #setDescending(node: Descending | undefined): void {
    const before = this.#descending
    this.#descending = node
    if (node?.key.hex === before?.key.hex) return
    this.#wanted = Math.max(1, this.#wanted)
    this.#report({ name: 'descendingchange', detail: { descending: node?.key, port: node?.port } })
  }

  #reportGone(): void {
    for (let count = 0; count < REPORTED_AT_ONCE; count += 1) {
      const [first] = this.#gone
      if (first === undefined) return
      const { done, value: key } = first.next()
      if (done) this.#gone.shift()
      else this.#report({ name: 'routeremoved', detail: { key } })
    }
  }

  #report(event: ControlEvent): void {
    this.#options.emit({ type: 'event', event })
  }

  #send(port: number, frame: BootstrapFrame): void {
    this.#options.emit({ type: 'send', port, frame: encodeFrame(frame) })
  }
}

function isSameRoot(a: Root, b: Root): boolean {
  return a.sequence === b.sequence && a.key.equals(b.key)
}
