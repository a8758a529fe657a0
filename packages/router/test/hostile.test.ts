// What a peer may send: its peering ends, or nothing happens; everyone else goes on undisturbed.
import { type Identity, verify } from '@snek/identity'
import {
  encodeBootstrap,
  encodeBroadcast,
  encodeFrame,
  INITIAL_WATERMARK,
  MAX_ANNOUNCEMENT_ENTRIES,
  type Root,
} from '@snek/wire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Router } from '../src/index.ts'
import { announcement, announcementPayload, identities } from './announcements.ts'
import { identity, KEEPALIVE, type Stranger, World } from './world.ts'

let world: World
let left: Router
let victim: Router
let right: Router
let received: number

// All different from those of `all`.
const SEEDS = [501, 502, 503] as const
const attacker = identity(600)
const all = identities(400)
const top = all.at(-1) as Identity

beforeEach(async () => {
  world = new World()
  ;[left, victim, right] = [
    await world.router(SEEDS[0]),
    await world.router(SEEDS[1]),
    await world.router(SEEDS[2]),
  ]
  await world.link(left, victim)
  await world.link(victim, right)
  received = 0
  right.onDatagram = () => {
    received += 1
  }
  world.clock.advance(10_000)
})

afterEach(async () => {
  expect(
    victim
      .snapshot()
      .peers.map(({ key }) => key)
      .slice(0, 2),
  ).toEqual([left.key.hex, right.key.hex])
  for (let count = 0; count < 10; count += 1) {
    left.send(right.key, Uint8Array.of(count))
    world.clock.advance(100)
  }
  expect(received).toBe(10)
  await world.close()
})

function intruder(): Stranger {
  const stranger = world.stranger(victim).introduce(attacker)
  world.clock.advance(10)
  return stranger
}

function frame(type: number, ...contents: readonly number[]): Uint8Array {
  const length = 10 + contents.length
  return Uint8Array.of(0x70, 0x69, 0x6e, 0x65, 0, type, 0, 0, length >> 8, length & 0xff, ...contents)
}

function announce(payload: Uint8Array): Uint8Array {
  return encodeFrame({ type: 'announcement', extra: 0, hopLimit: 0, payload })
}

function bootstrap(from: Identity, sequence: bigint, root: Root): Uint8Array {
  const payload = encodeBootstrap(sequence, root, from)
  const fields = { extra: 0, hopLimit: 0, destinationKey: from.key, watermark: INITIAL_WATERMARK }
  return encodeFrame({ type: 'bootstrap', ...fields, payload })
}

function rootOf(router: Router): Root {
  const { key, sequence } = router.snapshot().root
  const known = [left, victim, right].find((one) => one.key.hex === key)
  if (known === undefined) throw new TypeError('a stranger is root')
  return { key: known.key, sequence: BigInt(sequence) }
}

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))
}

const good = announcementPayload(1n, [attacker, 1])

describe('ends its peering', () => {
  test.each<[string, Uint8Array, string]>([
    ['wrong magic', new TextEncoder().encode('GET / HTTP/1.1\r\n'), 'bad-magic'],
    ['another frame version', frame(0).fill(1, 4, 5), 'unsupported-version'],
    ['a length below the header’s', frame(0).fill(9, 9, 10), 'bad-length'],
    ['a payload longer than its frame', frame(1, 0xff, 0xff, 0), 'truncated'],
    ['a payload shorter than its frame', frame(1, 0, 1, 0, 0, 0), 'trailing-bytes'],
    ['a keepalive with something in it', frame(0, 1), 'trailing-bytes'],
    ['an announcement of nothing', announce(new Uint8Array()), 'truncated'],
    ['an announcement without entries', announce(good.subarray(0, 33)), 'no-entries'],
    ['an announcement with a bad signature', announce(flipped(good)), 'bad-signature'],
    ['an announcement with a byte too many', announce(Uint8Array.of(...good, 1)), 'truncated'],
    ['an overlong sequence', announce(Uint8Array.from(good).fill(0x80, 32, 33)), 'overlong-varu64'],
    ['somebody else’s announcement', announce(announcementPayload(1n, [top, 1])), 'last-key-not-peer'],
    [
      'a key twice',
      announce(announcementPayload(1n, [top, 1], [attacker, 1], [top, 1], [attacker, 1])),
      'duplicate-key',
    ],
    [
      'hundreds of hops',
      announce(announcementPayload(1n, ...all.map((node) => [node, 1] as const), [attacker, 1])),
      'too-many-entries',
    ],
  ])('%s', async (_, bytes, code) => {
    const stranger = intruder().send(bytes)
    world.clock.advance(2000)
    await expect((await stranger.connecting).closed).rejects.toMatchObject({ code })
    expect(stranger.closed).toBe(true)
    expect(world.log.at(-1)).toMatchObject({ level: 'warn', message: 'peering ended', fields: { code } })
    expect(victim.snapshot().peers.length).toBe(2)
  })

  test('an older announcement than its last', async () => {
    const stranger = intruder().send(announce(announcementPayload(2n, [attacker, 1])), announce(good))
    world.clock.advance(2000)
    await expect((await stranger.connecting).closed).rejects.toMatchObject({ code: 'sequence-decreased' })
  })
})

describe('is survived', { timeout: 30_000 }, () => {
  /** The intruder sends this, and stays for half a second. */
  function visit(...bytes: readonly Uint8Array[]): Stranger {
    const stranger = intruder().send(announce(good), ...bytes, KEEPALIVE)
    world.clock.advance(500)
    expect(stranger.closed).toBe(false)
    return stranger
  }

  test('frames of unknown types', () => {
    visit(frame(99, 1, 2, 3), frame(5), frame(255, ...new Uint8Array(1000)))
    expect(victim.snapshot().counters['unknown_type']).toBe(3)
  })

  test('an announcement with our own key in it', () => {
    const loop = announcement(9n, [top, 1], [identityOf(victim), 1], [attacker, 1])
    visit(announce(loop.payload))
    expect(victim.snapshot().root.key).not.toBe(top.key.hex)
  })

  test('the longest way that there may be', () => {
    const path = all.slice(-MAX_ANNOUNCEMENT_ENTRIES + 1).reverse()
    visit(announce(announcementPayload(1n, ...path.map((node) => [node, 1] as const), [attacker, 1])))
    expect(victim.snapshot().peers[2]?.coords?.length).toBe(MAX_ANNOUNCEMENT_ENTRIES - 1)
    expect(victim.snapshot().root.key).not.toBe(path[0]?.key.hex)
  })

  test('bootstraps and broadcasts that are forged, or make no sense', () => {
    const root = rootOf(victim)
    const forged = { extra: 0, hopLimit: 5, payload: encodeBootstrap(1n, root, attacker) }
    visit(
      encodeFrame({ ...forged, type: 'bootstrap', destinationKey: top.key, watermark: INITIAL_WATERMARK }),
      encodeFrame({ ...forged, type: 'broadcast', sourceKey: top.key }),
      encodeFrame({ ...forged, type: 'broadcast', sourceKey: top.key, payload: new Uint8Array(7) }),
    )
    expect(victim.snapshot().counters).toMatchObject({ control_bad_signatures: 2, control_malformed: 1 })
    expect(victim.snapshot().routes.map(({ key }) => key)).not.toContain(top.key.hex)
  })

  test('a flood of bootstraps with fresh keys: a second’s worth is taken', () => {
    const root = rootOf(victim)
    const flood = all.flatMap((from) => [1n, 2n, 3n, 4n].map((sequence) => bootstrap(from, sequence, root)))
    visit(...flood)
    const { counters, routes } = victim.snapshot()
    expect(counters['bootstraps_over_rate']).toBeGreaterThanOrEqual(flood.length - 1024)
    expect(routes.length).toBeLessThanOrEqual(all.length + 3)
  })

  test('a flood of broadcasts that should go around the world', () => {
    const root = rootOf(victim)
    const flood = all.slice(0, 200).map((from) =>
      encodeFrame({
        type: 'broadcast',
        extra: 0,
        hopLimit: 255,
        sourceKey: from.key,
        payload: encodeBroadcast(1n, root, from),
      }),
    )
    let heard = 0
    right.addEventListener('broadcast', () => {
      heard += 1
    })
    visit(...flood)
    expect(victim.snapshot().counters['broadcasts_over_rate']).toBe(150)
    expect(heard).toBe(50)
  })

  test('a root that changes its mind all the time: announcements are merged', () => {
    const stranger = intruder()
    for (let sequence = 1n; sequence <= 500n; sequence += 1n) {
      stranger.send(announce(announcementPayload(sequence, [attacker, 1])))
    }
    world.clock.advance(2000)
    expect(victim.snapshot().counters['announcements_merged']).toBeGreaterThan(400)
    expect(victim.snapshot().peers[2]?.root?.sequence).toBe('500')
  })
})

test('announcements that are as long as they may be: so many signatures and no more', async () => {
  let verified = 0
  const busy = await world.router(504, {
    verify: (...signed) => {
      verified += 1
      return verify(...signed)
    },
  })
  const stranger = world.stranger(busy).introduce(attacker)
  world.clock.advance(10)
  const path = all.slice(-MAX_ANNOUNCEMENT_ENTRIES + 1).map((node) => [node, 1] as const)
  const sent = 20
  for (let sequence = 1n; sequence <= BigInt(sent); sequence += 1n) {
    stranger.send(announce(announcementPayload(sequence, ...path, [attacker, 1])), KEEPALIVE)
    world.clock.advance(100)
  }
  // Three at once, and then 20 entries' worth of 25 a second.
  expect(verified).toBeGreaterThan(3 * MAX_ANNOUNCEMENT_ENTRIES)
  expect(verified).toBeLessThanOrEqual(3 * MAX_ANNOUNCEMENT_ENTRIES + 2 * 500 + 1)
  expect(busy.snapshot().counters['announcements_merged']).toBeGreaterThanOrEqual(sent - 9)
})

test('a root that has the highest key and vanishes again and again', () => {
  for (let round = 0; round < 10; round += 1) {
    const stranger = world
      .stranger(victim)
      .introduce(top)
      .send(announce(announcementPayload(1n, [top, 1])))
    world.clock.advance(500)
    expect(victim.snapshot().root.key).toBe(top.key.hex)
    stranger.stream.close()
    world.clock.advance(500)
  }
  world.clock.advance(15_000)
  expect([left, victim, right].map((router) => router.snapshot().root.key)).toEqual(Array(3).fill(highest()))
})

function highest(): string {
  return (
    [left, victim, right]
      .map(({ key }) => key.hex)
      .sort()
      .at(-1) ?? ''
  )
}

function identityOf(router: Router): Identity {
  return SEEDS.map(identity).find(({ key }) => key.equals(router.key)) as Identity
}
