import { type Identity, verifierBy, verify } from '@snek/identity'
import {
  type Announcement,
  encodeBootstrap,
  encodeBroadcast,
  encodeFrame,
  INITIAL_WATERMARK,
  type Root,
  type Verify,
} from '@snek/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { announcement, announcementPayload, identities } from '../test/announcements.ts'
import { FakeTables } from '../test/fake-tables.ts'
import { ControlPlane } from './control-plane.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import type { Output } from './outputs.ts'

const START = 1_800_000_000_000
const all = identities(20)
const [low, own, middle, high] = all as [Identity, Identity, Identity, Identity]
const top = all.at(-1) as Identity

let now: number
let tables: FakeTables
let control: ControlPlane
let verifications: number

const counting: Verify = (key, message, signature) => {
  verifications += 1
  return verify(key, message, signature)
}

beforeEach(() => {
  now = START
  verifications = 0
  tables = new FakeTables()
  control = new ControlPlane({
    signer: own,
    verifier: verifierBy(counting),
    tables,
    limits: { ...DEFAULT_LIMITS, announcementsPerSecond: 4, bootstrapsPerSecond: 10, backlog: 8 },
    wakeUpBroadcasts: false,
    now,
    phase: 0.5,
  })
  for (const [index, { key }] of [low, middle, high].entries()) control.addPeer(index + 1, key, 3, now)
  drain()
})

function drain(): Output[] {
  const outputs: Output[] = []
  for (let output = control.poll(); output !== undefined; output = control.poll()) outputs.push(output)
  return outputs
}

/** Does all that there is to do; how many pieces that were. */
function finish(): number {
  let pieces = 1
  while (control.work(now)) pieces += 1
  return pieces
}

function announce(port: number, { payload }: Pick<Announcement, 'payload'>): void {
  control.handleFrame(port, encodeFrame({ type: 'announcement', extra: 0, hopLimit: 0, payload }), now)
}

function bootstrap(port: number, from: Identity, sequence: bigint, root: Root = control.tree.root): void {
  const payload = encodeBootstrap(sequence, root, from)
  const frame = encodeFrame({
    type: 'bootstrap',
    extra: 0,
    hopLimit: 0,
    destinationKey: from.key,
    watermark: INITIAL_WATERMARK,
    payload,
  })
  control.handleFrame(port, frame, now)
}

function ended(): [number, string][] {
  return drain().flatMap((output): [number, string][] =>
    output.type === 'end' ? [[output.port, output.error.code]] : [],
  )
}

describe('work is done in pieces', () => {
  test('of eight verifications at most, the peers by turns', () => {
    const others = all.slice(4, -1).map((node) => [node, 3] as const)
    announce(2, announcement(1n, [top, 1], ...others, [middle, 2]))
    bootstrap(3, top, 5n)
    bootstrap(3, middle, 5n)
    expect(control.nextTimeout()).toBeLessThanOrEqual(now)
    const seen: number[] = []
    while (control.work(now)) seen.push(verifications)
    expect([...seen, verifications]).toEqual([8, 9, 17, 18, 19])
    expect(control.tree.parent?.port).toBe(2)
    expect(control.nextTimeout()).toBe(START + 500)
  })

  test('what waits of a peering that ended is dropped', () => {
    const others = all.slice(4, -1).map((node) => [node, 3] as const)
    announce(2, announcement(1n, [top, 1], ...others, [middle, 2]))
    control.work(now)
    control.removePeer(2, now)
    expect(control.work(now)).toBe(false)
    expect([verifications, control.tree.parent]).toEqual([8, undefined])
  })
})

describe('announcements', () => {
  test('cost a verification for each entry that is new', () => {
    const spent = (port: number, given: Announcement): number => {
      const before = verifications
      announce(port, given)
      finish()
      return verifications - before
    }
    expect(spent(2, announcement(1n, [top, 1], [low, 3], [middle, 2]))).toBe(3)
    expect(spent(3, announcement(1n, [top, 1], [low, 3], [high, 2]))).toBe(1)
    expect(spent(1, announcement(1n, [top, 1], [low, 7]))).toBe(1)
    expect(spent(2, announcement(2n, [top, 1], [low, 3], [middle, 2]))).toBe(3)
    expect(spent(3, announcement(2n, [top, 1], [low, 3], [middle, 2], [own, 3], [high, 1]))).toBe(1)
    expect(spent(3, announcement(2n, [top, 1], [low, 3], [middle, 2], [own, 3], [high, 1]))).toBe(0)
  })

  test.each<[string, Pick<Announcement, 'payload'>, string]>([
    ['a bad signature', tampered(announcement(1n, [top, 1], [middle, 2])), 'bad-signature'],
    ['another sender', announcement(1n, [top, 1], [high, 2]), 'last-key-not-peer'],
    ['another root', renamed(announcement(1n, [top, 1], [middle, 2])), 'first-key-not-root'],
    ['a key twice', announcement(1n, [top, 1], [middle, 2], [top, 1], [middle, 2]), 'duplicate-key'],
    ['port 0', announcement(1n, [top, 0], [middle, 2]), 'zero-port'],
    [
      'a cut-off entry',
      { payload: announcement(1n, [top, 1], [middle, 2]).payload.slice(0, -1) },
      'truncated',
    ],
    ['hundreds of hops', hops(300), 'too-many-entries'],
  ])('with %s end the peering', (_, given, code) => {
    announce(2, given)
    finish()
    expect(ended()).toEqual([[2, code]])
    expect(tables.stored).toEqual([])
  })

  test('with a lower sequence than before end the peering', () => {
    announce(2, announcement(5n, [top, 1], [middle, 2]))
    announce(2, announcement(4n, [top, 1], [middle, 2]))
    finish()
    expect(ended()).toEqual([[2, 'sequence-decreased']])
  })

  test('beyond the rate: the latest is kept until its turn', () => {
    for (let sequence = 1n; sequence <= 10n; sequence += 1n) {
      announce(2, announcement(sequence, [top, 1], [middle, 2]))
      finish()
    }
    expect(control.tree.root.sequence).toBe(4n)
    expect(control.counters()['announcements_merged']).toBe(5)
    now = control.nextTimeout()
    expect(now).toBe(START + 250)
    control.handleTimeout(now)
    finish()
    expect(control.tree.root.sequence).toBe(10n)
  })

  test('while one waits to be verified: the latest is kept until its turn', () => {
    for (let sequence = 1n; sequence <= 10n; sequence += 1n)
      announce(2, announcement(sequence, [top, 1], [middle, 2]))
    expect(control.counters()['announcements_merged']).toBe(8)
    finish()
    expect(control.tree.root.sequence).toBe(10n)
    expect(control.nextTimeout()).toBeGreaterThan(now)
  })

  test('that waited for another one come before bootstraps that came after them', () => {
    announce(2, announcement(1n, [top, 1], [middle, 2]))
    announce(2, announcement(2n, [top, 1], [middle, 2]))
    bootstrap(2, middle, 1n, { key: top.key, sequence: 2n })
    finish()
    // Two entries each, and the bootstrap, which isn't believed under another root.
    expect(verifications).toBe(5)
  })

  test('of a peer that is new are answered with our broadcast', () => {
    announce(2, announcement(1n, [top, 1], [middle, 2]))
    finish()
    const types = drain().flatMap((output) =>
      output.type === 'send' && output.port === 2 ? [output.frame[5]] : [],
    )
    expect(types).toEqual([1, 4])
  })
})

describe('bootstraps and broadcasts', () => {
  test('beyond the rate or the backlog are dropped', () => {
    for (let sequence = 1n; sequence <= 20n; sequence += 1n) bootstrap(1, low, sequence)
    expect(control.counters()).toMatchObject({ backlog_full: 12, bootstraps_over_rate: 0 })
    expect(finish()).toBe(8)
    for (let sequence = 21n; sequence <= 30n; sequence += 1n) bootstrap(1, low, sequence)
    expect(control.counters()).toMatchObject({ backlog_full: 12, bootstraps_over_rate: 8 })
    bootstrap(2, low, 40n)
    expect(control.counters()).toMatchObject({ backlog_full: 12, bootstraps_over_rate: 8 })
  })

  test('that make no sense or are forged are dropped and counted; the peer may not be to blame', () => {
    const root = control.tree.root
    const payload = concat(encodeBootstrap(1n, root, low), 0)
    const frame = { extra: 0, hopLimit: 5, payload } as const
    control.handleFrame(1, encodeFrame({ ...frame, type: 'broadcast', sourceKey: low.key }), now)
    control.handleFrame(
      1,
      encodeFrame({ ...frame, type: 'bootstrap', destinationKey: low.key, watermark: INITIAL_WATERMARK }),
      now,
    )
    const forged = encodeBroadcast(1n, root, high)
    control.handleFrame(
      1,
      encodeFrame({ ...frame, type: 'broadcast', sourceKey: low.key, payload: forged }),
      now,
    )
    finish()
    expect(ended()).toEqual([])
    expect(control.counters()).toMatchObject({ control_malformed: 2, control_bad_signatures: 1 })
  })

  test('a changed parent bootstraps at the next maintenance', () => {
    control.handleTimeout(START + 500)
    tables.hop = { port: 2, watermark: INITIAL_WATERMARK }
    announce(2, announcement(1n, [top, 1], [middle, 2]))
    finish()
    drain()
    now = control.nextTimeout()
    expect(now).toBe(START + 1500)
    control.handleTimeout(now)
    expect(drain().map((output) => output.type === 'send' && output.frame[5])).toEqual([2])
  })
})

test('after the last peering nothing is left', () => {
  announce(2, announcement(1n, [top, 1], [middle, 2]))
  finish()
  bootstrap(1, low, 5n, control.tree.root)
  finish()
  expect(control.snake.descending).toEqual(low.key)
  drain()
  for (const port of [3, 1, 2]) control.removePeer(port, now)
  expect(control.snake.descending).toBeUndefined()
  expect(control.tree.root.key).toEqual(own.key)
  expect([tables.table.size, tables.peers.size]).toEqual([0, 0])
  expect(drain().filter(({ type }) => type === 'send')).toEqual([])
})

function concat(bytes: Uint8Array, ...more: number[]): Uint8Array {
  return Uint8Array.of(...bytes, ...more)
}

function tampered({ payload }: Announcement): Pick<Announcement, 'payload'> {
  const bytes = Uint8Array.from(payload)
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
  return { payload: bytes }
}

function hops(count: number): Pick<Announcement, 'payload'> {
  return { payload: announcementPayload(1n, ...identities(count).map((node) => [node, 1] as const)) }
}

/** Under a root whose entry isn't the first. */
function renamed({ payload }: Announcement): Pick<Announcement, 'payload'> {
  const bytes = Uint8Array.from(payload)
  bytes.set(high.key.toBytes())
  return { payload: bytes }
}
