// The control plane over real tables, whatever comes in whatever order: what must hold after every step.
import { type ForwardingPlane, loadForwarding } from '@snek/forwarding'
import { verifierBy } from '@snek/identity'
import {
  appendAnnouncementEntry,
  checkAnnouncement,
  compareKeys,
  decodeAnnouncement,
  decodeFrame,
  encodeBootstrap,
  encodeBroadcast,
  encodeFrame,
  INITIAL_WATERMARK,
  Key,
  type Root,
  receiverCoordinates,
  type Signer,
} from '@snek/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ControlPlane } from '../src/control-plane.ts'
import { DEFAULT_LIMITS } from '../src/limits.ts'
import type { Output } from '../src/outputs.ts'

const START = 1_800_000_000_000
const PORTS = 4
const NODES = 6
/** Ours among those of the nodes: neither the lowest nor the highest. */
const OWN = 3

const forwarding = await loadForwarding()

/** Signatures are somebody else's test. */
const signers: Signer[] = Array.from({ length: NODES }, (_, index) => ({
  key: Key.from(new Uint8Array(32).fill(16 * index + 1)),
  sign: () => new Uint8Array(64),
}))
const own = signers[OWN] as Signer

type Step =
  | { type: 'add'; port: number; node: number; kind: number }
  | { type: 'remove'; port: number }
  | { type: 'announce'; port: number; path: number[]; ports: number[]; sequence: number }
  | { type: 'bootstrap'; port: number; node: number; sequence: number; ours: boolean }
  | { type: 'broadcast'; port: number; node: number; sequence: number; hops: number }
  | { type: 'work'; pieces: number }
  | { type: 'pass'; milliseconds: number }

const port = fc.integer({ min: 1, max: PORTS })
const node = fc.integer({ min: 0, max: NODES - 1 })
const sequence = fc.integer({ min: 1, max: 4 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('add' as const), port, node, kind: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ type: fc.constant('remove' as const), port }),
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('announce' as const),
      port,
      path: fc.uniqueArray(node, { maxLength: 3 }),
      ports: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 6, maxLength: 6 }),
      sequence,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('bootstrap' as const),
      port,
      node,
      sequence,
      ours: fc.boolean(),
    }),
  },
  fc.record({
    type: fc.constant('broadcast' as const),
    port,
    node,
    sequence,
    hops: fc.integer({ min: 0, max: 255 }),
  }),
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('work' as const), pieces: fc.integer({ min: 1, max: 20 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('pass' as const),
      milliseconds: fc.oneof(fc.integer({ min: 1, max: 12_000 }), fc.integer({ min: 1, max: 3_000_000 })),
    }),
  },
)

/** Peers below and above us, and one of them twice. */
const BEGINNING: readonly Step[] = [5, 4, 1, 4].map((index, at) => ({
  type: 'add',
  port: at + 1,
  node: index,
  kind: at,
}))

class Machine {
  readonly plane: ForwardingPlane = forwarding.createPlane({ key: own.key })
  readonly control: ControlPlane
  /** Peers by port. */
  readonly peers = new Map<number, Signer>()
  now = START

  constructor() {
    this.control = new ControlPlane({
      signer: own,
      verifier: verifierBy(() => true),
      tables: this.plane,
      limits: DEFAULT_LIMITS,
      wakeUpBroadcasts: true,
      now: START,
      phase: 0.5,
    })
  }

  run(given: Step): void {
    switch (given.type) {
      case 'add':
        return this.#add(given.port, given.node, given.kind)
      case 'remove':
        return this.#remove(given.port)
      case 'announce':
        return this.#announce(given)
      case 'bootstrap':
        return this.#bootstrap(given)
      case 'broadcast':
        return this.#broadcast(given)
      case 'work':
        for (let count = 0; count < given.pieces; count += 1) this.control.work(this.now)
        return
      case 'pass':
        this.now += given.milliseconds
        this.control.handleTimeout(this.now)
        while (this.control.work(this.now));
        expect(this.control.nextTimeout()).toBeGreaterThan(this.now)
    }
  }

  /** Takes what it wants done; whom it ends is gone. */
  drain(): void {
    for (let output = this.control.poll(); output !== undefined; output = this.control.poll()) {
      if (output.type === 'send') this.#checkSent(output)
      if (output.type === 'end') this.#remove(output.port)
    }
  }

  check(): void {
    const { tree, snake } = this.control
    expect([...tree.peers.keys()].sort()).toEqual([...this.peers.keys()].sort())
    expect(compareKeys(tree.root.key, own.key)).toBeGreaterThanOrEqual(0)
    if (tree.parent === undefined) {
      expect([tree.root.key, tree.coordinates]).toEqual([own.key, []])
    } else {
      const { port: parentPort, key, announced } = tree.parent
      expect(this.peers.get(parentPort)?.key).toEqual(key)
      if (announced === undefined) throw new TypeError('a parent that never announced')
      expect(announced.announcement.root).toEqual(tree.root)
      expect(receiverCoordinates(announced.announcement)).toEqual(tree.coordinates)
      expect(announced.announcement.entries.map((entry) => entry.key.hex)).not.toContain(own.key.hex)
    }
    for (const route of this.plane.routes()) {
      expect(this.peers.has(route.source), `source ${route.source}`).toBe(true)
      expect(route.destination === 0 || this.peers.has(route.destination)).toBe(true)
      expect(route.key.hex).not.toBe(own.key.hex)
    }
    if (snake.descending !== undefined) {
      expect(compareKeys(snake.descending, own.key)).toBeLessThan(0)
      expect(this.peers.size).toBeGreaterThan(0)
    }
  }

  /** Everyone goes: nothing may be left. */
  end(): void {
    for (const open of [...this.peers.keys()]) {
      this.#remove(open)
      this.drain()
      this.check()
    }
    expect([this.plane.routes(), this.control.snake.descending]).toEqual([[], undefined])
    expect(this.control.tree.root.key).toEqual(own.key)
    expect(this.control.work(this.now)).toBe(false)
    this.plane.close()
  }

  #checkSent({ port: to, frame }: Output & { type: 'send' }): void {
    expect(this.peers.has(to), `sent to port ${to}`).toBe(true)
    const decoded = decodeFrame(frame)
    if (decoded.type !== 'announcement') return
    const announced = decodeAnnouncement(decoded.payload)
    checkAnnouncement(announced, own.key, () => true)
    expect(announced.entries.at(-1)?.port).toBe(BigInt(to))
  }

  #add(at: number, index: number, kind: number): void {
    const peer = signers[index] as Signer
    if (this.peers.has(at) || peer === own) return
    this.peers.set(at, peer)
    this.control.addPeer(at, peer.key, kind, this.now)
  }

  #remove(at: number): void {
    if (!this.peers.delete(at)) return
    this.control.removePeer(at, this.now)
  }

  #announce({ port: at, path, ports, sequence: number }: Step & { type: 'announce' }): void {
    const peer = this.peers.get(at)
    if (peer === undefined) return
    const way = [...path.map((index) => signers[index] as Signer).filter((each) => each !== peer), peer]
    let payload: Uint8Array | undefined
    for (const [index, signer] of way.entries()) {
      const base = payload ?? { key: signer.key, sequence: BigInt(number) }
      payload = appendAnnouncementEntry(base, BigInt(ports[index] ?? 1), signer)
    }
    const frame = { extra: 0, hopLimit: 0, payload: payload ?? new Uint8Array() }
    this.control.handleFrame(at, encodeFrame({ type: 'announcement', ...frame }), this.now)
  }

  #bootstrap({ port: at, node: index, sequence: number, ours }: Step & { type: 'bootstrap' }): void {
    if (!this.peers.has(at)) return
    const signer = signers[index] as Signer
    const root: Root = ours ? this.control.tree.root : { key: signer.key, sequence: 1n }
    const payload = encodeBootstrap(BigInt(START + number), root, signer)
    const fields = { extra: 0, hopLimit: 0, destinationKey: signer.key, watermark: INITIAL_WATERMARK }
    this.control.handleFrame(at, encodeFrame({ type: 'bootstrap', ...fields, payload }), this.now)
  }

  #broadcast({ port: at, node: index, sequence: number, hops }: Step & { type: 'broadcast' }): void {
    if (!this.peers.has(at)) return
    const signer = signers[index] as Signer
    const payload = encodeBroadcast(BigInt(START + number), this.control.tree.root, signer)
    const fields = { extra: 0, hopLimit: hops, sourceKey: signer.key, payload }
    this.control.handleFrame(at, encodeFrame({ type: 'broadcast', ...fields }), this.now)
  }
}

test('one parent at most, no way through who is gone, nobody twice in what we announce', {
  timeout: 120_000,
}, () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const machine = new Machine()
      for (const each of [...BEGINNING, ...steps]) {
        machine.run(each)
        machine.drain()
        machine.check()
      }
      machine.end()
    }),
    { seed: 7, numRuns: 500 },
  )
})
