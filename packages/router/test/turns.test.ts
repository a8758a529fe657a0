// The control plane's turns: how long each is, and how often they come while frames wait.
import { type Identity, verify } from '@snek/identity'
import type { Clock, TimerHandle } from '@snek/platform'
import {
  encodeBootstrap,
  encodeFrame,
  INITIAL_WATERMARK,
  Key,
  MAX_ANNOUNCEMENT_ENTRIES,
  type Verify,
} from '@snek/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Router } from '../src/index.ts'
import { announcementPayload, identities } from './announcements.ts'
import { identity, KEEPALIVE, type Stranger, World } from './world.ts'

/** What a verification takes, in ms. */
const VERIFICATION = 0.14

const all = identities(500)
const attacker = identity(600)

let world: World
let clock: WorkingClock
let busy: Router
let stranger: Stranger
let verified: number
let longest: number

const atCost: Verify = (key, message, signature) => {
  clock.work(VERIFICATION)
  longest = Math.max(longest, clock.worked)
  verified += 1
  return verify(key, message, signature)
}

beforeEach(async () => {
  world = new World()
  clock = new WorkingClock(world.clock)
  busy = await world.router(504, { clock, verify: atCost })
  stranger = world.stranger(busy).introduce(attacker)
  world.clock.advance(10)
  verified = 0
  longest = 0
})

afterEach(() => world.close())

test('a turn ends after 2 ms, once eight verifications are done', () => {
  const path = all.slice(-MAX_ANNOUNCEMENT_ENTRIES + 1).reverse()
  stranger.send(announce(...path, attacker), KEEPALIVE)
  world.clock.advance(100)
  expect(busy.snapshot().peers[0]?.root?.key).toBe(path[0]?.key.hex)
  expect(longest).toBeGreaterThan(2)
  expect(longest).toBeLessThan(2 + 8 * VERIFICATION + 0.01)
})

test('turns come one after another while nothing else is to be done', () => {
  flood()
  world.clock.advance(10)
  expect(verified).toBe(all.length)
})

test('turns begin 20 ms apart while there is other work', () => {
  clock.lateness = 5
  flood()
  world.clock.advance(200)
  const turn = Math.ceil(2 / VERIFICATION) + 1
  expect(verified).toBeGreaterThan(5 * turn)
  expect(verified).toBeLessThanOrEqual(10 * turn)
  world.clock.advance(1000)
  expect(verified).toBe(all.length)
})

test('turns begin 20 ms apart while much comes at once, though timers are in time', () => {
  const fields = { extra: 0, hopLimit: 0, sourceKey: attacker.key, destinationKey: identity(601).key }
  const traffic = { ...fields, destination: [], source: [], watermark: INITIAL_WATERMARK }
  const much = encodeFrame({ type: 'traffic', ...traffic, payload: new Uint8Array(20_000) })
  flood()
  for (let time = 0; time < 200; time += 1) {
    stranger.send(much)
    world.clock.advance(1)
  }
  const turn = Math.ceil(2 / VERIFICATION) + 1
  expect(verified).toBeGreaterThan(5 * turn)
  expect(verified).toBeLessThanOrEqual(10 * turn)
})

test('frames that keep coming put no turn off', () => {
  clock.lateness = 5
  flood()
  for (let time = 0; time < 200; time += 1) {
    stranger.send(KEEPALIVE)
    world.clock.advance(1)
  }
  expect(verified).toBeGreaterThan(5 * (Math.ceil(2 / VERIFICATION) + 1))
})

/** A bootstrap of each, all at once. */
function flood(): void {
  stranger.send(announce(attacker))
  world.clock.advance(10)
  verified = 0
  const { key, sequence } = busy.snapshot().root
  const root = { key: Key.parse(key), sequence: BigInt(sequence) }
  for (const from of all) {
    const payload = encodeBootstrap(1n, root, from)
    const fields = { extra: 0, hopLimit: 0, destinationKey: from.key, watermark: INITIAL_WATERMARK }
    stranger.send(encodeFrame({ type: 'bootstrap', ...fields, payload }))
  }
  stranger.send(KEEPALIVE)
}

function announce(...path: readonly Identity[]): Uint8Array {
  const payload = announcementPayload(1n, ...path.map((node) => [node, 1] as const))
  return encodeFrame({ type: 'announcement', extra: 0, hopLimit: 0, payload })
}

/** A clock that goes on while work is done, from callback to callback, and whose timers may have to wait. */
class WorkingClock implements Clock {
  readonly #clock: Clock
  worked = 0
  /** In ms. */
  lateness = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  work(milliseconds: number): void {
    this.worked += milliseconds
  }

  now(): number {
    return this.#clock.now() + this.worked
  }

  setTimeout(callback: () => void, delay: number): TimerHandle {
    const run = (): void => {
      this.worked = 0
      callback()
    }
    return this.#clock.setTimeout(run, delay + this.lateness)
  }

  clearTimeout(handle: TimerHandle): void {
    this.#clock.clearTimeout(handle)
  }
}
