// One router's forwarding plane: tables to write, bytes to pass on. The work is done in WASM
// (crates/forward); this face copies bytes in and out and knows that the memory may grow.
import {
  type Coordinates,
  encodeCoordinates,
  KEY_LENGTH,
  type Key,
  MAX_ANNOUNCEMENT_ENTRIES,
  type Root,
  type Watermark,
  WireError,
  type WireErrorCode,
} from '@snek/wire'
import { counterNames, errorName, Plane } from '../wasm/snek_forward_wasm.js'
import type { KnownKeys } from './known-keys.ts'
import { RecordReader, readKeys, type WasmMemory } from './memory.ts'
import type {
  ForwardingHandlers,
  PlaneOptions,
  PortCounters,
  RememberedCoordinates,
  Route,
  SendResult,
  SnakeHop,
  Tree,
} from './types.ts'

const INSTALLED = ['installed', 'replaced', 'full'] as const
const SEND_RESULTS = ['sent', 'no-route', 'too-long', 'queue-full'] as const

const EVENT_LENGTH = 4
const EventKind = { output: 0, control: 1, delivery: 2, error: 3 } as const

/** The forwarding plane of one router. Made by `Forwarding.createPlane`. */
export class ForwardingPlane {
  /** Replace them before anything is received. */
  handlers: ForwardingHandlers = {
    onOutput: () => undefined,
    onControlFrame: () => undefined,
    onDatagram: () => undefined,
    onPeerError: () => undefined,
  }
  readonly #memory: WasmMemory
  readonly #plane: Plane
  #closed = false

  /** @internal */
  constructor(memory: WasmMemory, options: PlaneOptions) {
    const limits = options.limits ?? {}
    memory.putKey(options.key)
    this.#memory = memory
    this.#plane = new Plane(
      memory.scratch,
      options.hopLimiting ?? false,
      limits.routes,
      limits.coordinates,
      limits.queueBytes,
      limits.controlBytes,
      limits.totalQueueBytes,
    )
  }

  /**
   * Starts a peering of a type (0 to 4, PROTOCOL.md section 2). Throws a RangeError for a port that is taken
   * or isn't one of 1…253.
   */
  addPeer(port: number, key: Key, type: number): void {
    this.#memory.putKey(key)
    const isPort = Number.isInteger(port) && port >= 0 && port <= 0xff
    if (!isPort || !this.#plane.addPeer(this.#memory.scratch, port, type)) {
      throw new RangeError(`port ${port} is taken or isn't one`)
    }
  }

  /**
   * Forgets a peering: its announcement, all that waits for it, every route from or to it. Returns the keys of
   * those routes, good for one pass. Takes time in proportion to the number of all routes (a few ms at 100,000).
   */
  removePeer(port: number): Iterable<Key> {
    return readKeys(this.#plane.removePeer(port))
  }

  /**
   * What a peer announced (PROTOCOL.md section 3): `receiveOrder` counts announcements over all peers. Does
   * nothing without such a peer. Throws a RangeError for more than 200 entries.
   */
  setAnnouncement(
    port: number,
    announcement: { root: Root; entries: readonly { port: bigint; key: Key }[] },
    receiveOrder: number,
  ): void {
    const { root, entries } = announcement
    if (entries.length > MAX_ANNOUNCEMENT_ENTRIES) throw new RangeError('too many entries')
    const { bytes, view, chunk, scratch } = this.#memory
    this.#memory.putKey(root.key)
    let at = chunk + KEY_LENGTH
    for (const entry of entries) {
      view.setBigUint64(at, entry.port)
      entry.key.copyTo(bytes, at + 8)
      at += 8 + KEY_LENGTH
    }
    this.#plane.setAnnouncement(scratch, port, root.sequence, entries.length, receiveOrder)
  }

  /** Sets our place in the tree. Another root key makes all remembered coordinates void. */
  setTree(tree: Tree): void {
    this.#memory.putKey(tree.root.key)
    this.#putCoordinates(tree.coordinates, KEY_LENGTH)
    this.#plane.setTree(this.#memory.scratch, tree.root.sequence, tree.parent ?? 0)
  }

  /** The snake next hop (PROTOCOL.md section 4). */
  nextHopSnake(
    destination: Key,
    watermark: Watermark,
    options: { bootstrap: boolean },
    now: number,
  ): SnakeHop {
    this.#memory.putKey(destination)
    this.#memory.putKey(watermark.key, 1)
    const { scratch, chunk, knownKeys } = this.#memory
    const port = this.#plane.nextHopSnake(scratch, watermark.sequence, options.bootstrap, now)
    const key = knownKeys.at(this.#memory.bytes, chunk)
    const sequence = this.#memory.view.getBigUint64(chunk + KEY_LENGTH)
    return { port: port < 0 ? undefined : port, watermark: { key, sequence } }
  }

  /** The tree next hop (PROTOCOL.md section 3) for a frame from a port, 0 for our own. */
  nextHopTree(destination: Coordinates, fromPort: number): number | undefined {
    this.#putCoordinates(destination, 0)
    const port = this.#plane.nextHopTree(this.#memory.scratch, fromPort)
    return port < 0 ? undefined : port
  }

  /** Adds a route, or replaces that of the same node; `full`: see `ForwardingLimits.routes`. */
  installRoute(route: Route, now: number): 'installed' | 'replaced' | 'full' {
    this.#memory.putKey(route.key)
    this.#memory.putKey(route.root.key, 1)
    const result = this.#plane.installRoute(
      this.#memory.scratch,
      route.source,
      route.destination,
      route.sequence,
      route.root.sequence,
      route.time,
      now,
    )
    return INSTALLED[result] ?? 'full'
  }

  route(key: Key): Route | undefined {
    this.#memory.putKey(key)
    return readRoutes(this.#plane.route(this.#memory.scratch), this.#memory.knownKeys)[0]
  }

  /** All routes, the lowest key first. */
  routes(): Route[] {
    return readRoutes(this.#plane.routes(), this.#memory.knownKeys)
  }

  /** False if there was none. */
  removeRoute(key: Key): boolean {
    this.#memory.putKey(key)
    return this.#plane.removeRoute(this.#memory.scratch)
  }

  /**
   * Removes routes that are 10 s old, at most 512, and returns at most as many keys of those and of routes that made
   * room for others, good for one pass. A route counts as expired from that age on, removed or not.
   */
  expireRoutes(now: number): Iterable<Key> {
    return readKeys(this.#plane.expireRoutes(now))
  }

  /** Whether `expireRoutes` has more to do. */
  hasExpiredRoutes(now: number): boolean {
    return this.#plane.hasExpiredRoutes(now)
  }

  /** Nodes that we heard from in the last 60 s, and how they are reached by tree. */
  rememberedCoordinates(now: number): RememberedCoordinates[] {
    const reader = new RecordReader(this.#plane.rememberedCoordinates(now))
    const all: RememberedCoordinates[] = []
    while (!reader.done) {
      const key = reader.key()
      const time = Number(reader.u64())
      all.push({ key, coordinates: reader.coordinates(), time })
    }
    return all
  }

  /** Forgets the coordinates of one node, or of all: frames go to it by snake. */
  forgetCoordinates(key?: Key): void {
    if (key === undefined) return this.#plane.forgetAllCoordinates()
    this.#memory.putKey(key)
    this.#plane.forgetCoordinates(this.#memory.scratch)
  }

  /**
   * Takes what a socket delivered on a port, cut wherever it may be: passes frames on, and calls the handlers.
   * There is one `onOutput` for each port and 64 KiB received. Nothing happens without such a peer, or once it
   * has sent what makes no sense.
   */
  receive(port: number, chunk: Uint8Array, now: number): void {
    const { maxChunk } = this.#memory
    if (chunk.length <= maxChunk) {
      this.#receive(port, chunk, now)
      return
    }
    for (let at = 0; at < chunk.length; at += maxChunk) {
      this.#receive(port, chunk.subarray(at, at + maxChunk), now)
    }
  }

  #receive(port: number, chunk: Uint8Array, now: number): void {
    if (this.#closed) return
    this.#memory.put(chunk)
    this.#dispatch(port, this.#plane.receive(this.#memory.scratch, port, chunk.length, now))
  }

  /** Sends a datagram: by tree, if we heard from there in the last 60 s, else by snake. */
  send(destination: Key, payload: Uint8Array, now: number): SendResult {
    const length = KEY_LENGTH + payload.length
    if (this.#closed) return 'no-route'
    if (length > this.#memory.maxChunk) return 'too-long'
    this.#memory.putKey(destination)
    this.#memory.put(payload, KEY_LENGTH)
    const answer = this.#plane.send(this.#memory.scratch, length, now)
    const result = answer % EVENT_LENGTH
    this.#dispatch(0, answer - result)
    return SEND_RESULTS[result] ?? 'no-route'
  }

  /** Sends a control frame ahead of all traffic. Throws a RangeError for more than 64 KiB. */
  sendControl(port: number, frame: Uint8Array): void {
    if (this.#closed) return
    this.#memory.put(frame)
    this.#dispatch(port, this.#plane.sendControl(this.#memory.scratch, port, frame.length))
  }

  /**
   * Says whether a port can be written to; at first it can. While it can't, its frames wait. When it can again
   * they flow, 64 KiB about in one `onOutput`, as long as that doesn't make it unwritable.
   */
  setWritable(port: number, writable: boolean): void {
    if (this.#closed) return
    this.#plane.setWritable(port, writable)
    while (writable && !this.#closed) {
      const events = this.#plane.drain(this.#memory.scratch, port)
      if (events === 0) return
      this.#dispatch(port, events)
    }
  }

  /** What happened so far, by name. */
  counters(): Record<string, number> {
    const values = this.#plane.counters()
    return Object.fromEntries(counterNames().map((name, index) => [name, values[index] ?? 0]))
  }

  portCounters(port: number): PortCounters {
    const [protocolIn, trafficIn, protocolOut, trafficOut, framesIn, framesOut, dropped, bytes, frames] =
      this.#plane.portCounters(port) as unknown as number[]
    return {
      bytesIn: { protocol: protocolIn ?? 0, traffic: trafficIn ?? 0 },
      bytesOut: { protocol: protocolOut ?? 0, traffic: trafficOut ?? 0 },
      framesIn: framesIn ?? 0,
      framesOut: framesOut ?? 0,
      dropped: dropped ?? 0,
      queuedBytes: bytes ?? 0,
      queuedFrames: frames ?? 0,
    }
  }

  /** Frees the plane's memory. From then on nothing is received or sent; the tables can't be used. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#plane.free()
  }

  #putCoordinates(coordinates: Coordinates, offset: number): void {
    this.#memory.put(encodeCoordinates(coordinates), offset)
  }

  /** Hands a call's events to the handlers. They may make further calls, so more than one are copied out before. */
  #dispatch(port: number, count: number): void {
    if (count === 0) return
    const events = this.#memory.events(count)
    const number = (at: number): number => events[at] as number
    if (count === EVENT_LENGTH && number(0) === EventKind.output) {
      this.handlers.onOutput(number(1), this.#memory.read(number(2), number(3)))
      return
    }
    let low = Number.POSITIVE_INFINITY
    let high = 0
    let outputs = 0
    for (let at = 0; at < count; at += EVENT_LENGTH) {
      const kind = number(at)
      const [start, length] = [number(at + 2), number(at + 3)]
      if (kind === EventKind.output) {
        outputs += length
      } else if (kind !== EventKind.error) {
        low = Math.min(low, kind === EventKind.delivery ? number(at + 1) : start)
        high = Math.max(high, start + length)
      }
    }
    low = Math.min(low, high)
    this.#memory.lend(high - low + outputs, (loan) => {
      loan.set(this.#memory.read(low, high - low))
      let end = high - low
      for (let at = 0; at < count; at += EVENT_LENGTH) {
        if (number(at) !== EventKind.output) continue
        loan.set(this.#memory.read(number(at + 2), number(at + 3)), end)
        end += number(at + 3)
      }
      this.#handOver(port, events, loan, low, high)
    })
  }

  /** `loan`: memory from `low` to `high`, and then the outputs in order. */
  #handOver(port: number, events: Uint32Array, loan: Uint8Array, low: number, high: number): void {
    const number = (at: number): number => events[at] as number
    let output = high - low
    for (let at = 0; at < events.length && !this.#closed; at += EVENT_LENGTH) {
      const [kind, a, start, length] = [number(at), number(at + 1), number(at + 2), number(at + 3)]
      const received = (): Uint8Array => loan.subarray(start - low, start - low + length)
      switch (kind) {
        case EventKind.output:
          this.handlers.onOutput(a, loan.subarray(output, output + length))
          output += length
          break
        case EventKind.control:
          this.handlers.onControlFrame(port, received())
          break
        case EventKind.delivery:
          this.handlers.onDatagram(this.#memory.knownKeys.at(loan, a - low), received())
          break
        default:
          this.handlers.onPeerError(port, new WireError(errorName(a) as WireErrorCode, start))
      }
    }
  }
}

function readRoutes(bytes: Uint8Array, knownKeys: KnownKeys): Route[] {
  const reader = new RecordReader(bytes)
  const routes: Route[] = []
  while (!reader.done) {
    const key = reader.key()
    const root = { key: reader.key(knownKeys), sequence: reader.u64() }
    const [sequence, time] = [reader.u64(), Number(reader.u64())]
    routes.push({ key, root, sequence, time, source: reader.u8(), destination: reader.u8() })
  }
  return routes
}
