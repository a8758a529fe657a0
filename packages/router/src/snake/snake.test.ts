import type { Identity } from '@snek/identity'
import { verify } from '@snek/identity'
import {
  type BootstrapFrame,
  decodeBootstrap,
  decodeFrame,
  encodeBootstrap,
  INITIAL_WATERMARK,
  type Root,
} from '@snek/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { identities } from '../../test/announcements.ts'
import { FakeTables } from '../../test/fake-tables.ts'
import type { ControlEvent, Output } from '../outputs.ts'
import { BOOTSTRAP_INTERVAL, MAINTENANCE_INTERVAL, ROUTE_LIFETIME, Snake } from './snake.ts'

const START = 1_800_000_000_000
const [lowest, low, own, high, top] = identities(5) as [Identity, Identity, Identity, Identity, Identity]
const root: Root = { key: top.key, sequence: 3n }
const watermark = { key: top.key, sequence: 7n }

let now: number
let tables: FakeTables
let outputs: Output[]
let snake: Snake

beforeEach(() => {
  now = START
  tables = new FakeTables()
  outputs = []
  snake = new Snake({
    signer: own,
    verify,
    tables,
    emit: (output) => outputs.push(output),
    firstMaintenance: START,
  })
})

function frame(from: Identity, sequence: bigint, under = root): BootstrapFrame {
  return {
    type: 'bootstrap',
    extra: 0,
    hopLimit: 0,
    destinationKey: from.key,
    watermark: INITIAL_WATERMARK,
    payload: encodeBootstrap(sequence, under, from),
  }
}

function hear(given: BootstrapFrame, port = 1): boolean {
  return snake.handleBootstrap(port, given, decodeBootstrap(given.payload), root, now)
}

function sent(): [number, BootstrapFrame][] {
  return outputs.splice(0).flatMap((output): [number, BootstrapFrame][] => {
    if (output.type !== 'send') return []
    const decoded = decodeFrame(output.frame)
    return decoded.type === 'bootstrap' ? [[output.port, decoded]] : []
  })
}

function events(): ControlEvent[] {
  return outputs.splice(0).flatMap((output) => (output.type === 'event' ? [output.event] : []))
}

function maintain(isRoot = false): void {
  now = snake.nextTimeout()
  snake.handleTimeout(root, isRoot, now)
}

describe('own bootstraps', () => {
  test('go to the next hop every 5 s, with the watermark that the lookup gave', () => {
    tables.hop = { port: 2, watermark }
    maintain()
    const [[port, bootstrap] = []] = sent()
    expect(port).toBe(2)
    expect(bootstrap).toMatchObject({ destinationKey: own.key, watermark, hopLimit: 0 })
    const {
      sequence,
      root: said,
      signature,
      signedLength,
    } = decodeBootstrap(bootstrap?.payload ?? new Uint8Array())
    expect([sequence, said]).toEqual([BigInt(START), root])
    expect(verify(own.key, bootstrap?.payload.subarray(0, signedLength) ?? new Uint8Array(), signature)).toBe(
      true,
    )
    expect(tables.asked).toEqual([[own.key, INITIAL_WATERMARK, true]])

    const times: number[] = []
    while (now < START + 3 * BOOTSTRAP_INTERVAL) {
      maintain()
      if (sent().length > 0) times.push(now - START)
    }
    expect(times).toEqual([BOOTSTRAP_INTERVAL, 2 * BOOTSTRAP_INTERVAL, 3 * BOOTSTRAP_INTERVAL])
  })

  test('follow one another when our place has changed, with sequences that grow', () => {
    tables.hop = { port: 2, watermark }
    maintain()
    snake.settle()
    snake.handleTimeout(root, false, now)
    for (let count = 0; count < 10; count += 1) maintain()
    const sequences = sent().map(([, { payload }]) => decodeBootstrap(payload).sequence - BigInt(START))
    expect(sequences).toEqual([0n, 1000n, 2000n, 3000n, 4000n, 5000n, 10_000n])
  })

  test('a root sends none; nor does anybody who has nowhere to send it', () => {
    tables.hop = { port: 2, watermark }
    maintain(true)
    tables.hop = { port: undefined, watermark }
    maintain()
    tables.hop = { port: 0, watermark }
    maintain()
    expect(sent()).toEqual([])
  })
})

describe('a bootstrap', () => {
  test('leaves a route, and goes on with the new watermark', () => {
    tables.hop = { port: 2, watermark }
    expect(hear(frame(low, 5n))).toBe(true)
    expect(tables.route(low.key)).toEqual({
      key: low.key,
      source: 1,
      destination: 2,
      sequence: 5n,
      root,
      time: now,
    })
    expect(sent()).toEqual([[2, { ...frame(low, 5n), watermark }]])
  })

  test('ends where there is nowhere to go', () => {
    tables.hop = { port: undefined, watermark }
    hear(frame(low, 5n))
    expect(tables.route(low.key)?.destination).toBe(0)
    expect(sent()).toEqual([])
  })

  test.each([
    ['back to where it came from', { port: 1, watermark }, INITIAL_WATERMARK],
    ['further away', { port: 2, watermark: INITIAL_WATERMARK }, watermark],
  ])('doesn’t go %s', (_, hop, carried) => {
    tables.hop = hop
    hear({ ...frame(low, 5n), watermark: carried })
    expect(tables.route(low.key)).toBeDefined()
    expect(sent()).toEqual([])
  })

  test('is dropped if it says nothing new, or under another root', () => {
    tables.hop = { port: 2, watermark }
    hear(frame(low, 5n))
    outputs.length = 0
    hear(frame(low, 5n), 3)
    hear(frame(low, 4n), 3)
    hear(frame(high, 9n, { ...root, sequence: 4n }), 3)
    hear(frame(high, 9n, { key: high.key, sequence: 3n }), 3)
    hear(frame(own, 9n), 3)
    expect(outputs).toEqual([])
    expect([...tables.table.values()].map(({ source }) => source)).toEqual([1])
    hear(frame(low, 6n), 3)
    expect(tables.route(low.key)).toMatchObject({ source: 3, sequence: 6n })
  })

  test('with a bad signature is dropped and said to be bad, without a lookup', () => {
    const forged = { ...frame(low, 5n), destinationKey: high.key }
    expect(hear(forged)).toBe(false)
    expect([tables.table.size, outputs, tables.asked]).toEqual([0, [], []])
  })

  test('goes nowhere when there is no room for its route', () => {
    tables.hop = { port: 2, watermark }
    tables.full = true
    expect(hear(frame(low, 5n))).toBe(true)
    expect(outputs).toEqual([])
    expect(snake.descending).toBeUndefined()
  })
})

describe('the descending node', () => {
  test('is the highest of those below us', () => {
    hear(frame(high, 1n))
    expect(snake.descending).toBeUndefined()
    hear(frame(lowest, 1n))
    expect(snake.descending).toEqual(lowest.key)
    hear(frame(low, 1n))
    expect(snake.descending).toEqual(low.key)
    hear(frame(lowest, 2n))
    expect(snake.descending).toEqual(low.key)
    const changes = events().flatMap(({ name, detail }) => (name === 'descendingchange' ? [detail] : []))
    expect(changes).toEqual([
      { descending: lowest.key, port: 1 },
      { descending: low.key, port: 1 },
    ])
  })

  test('asks for a bootstrap when it changes', () => {
    tables.hop = { port: 2, watermark }
    maintain()
    sent()
    hear(frame(low, 1n))
    sent()
    maintain()
    expect(sent().length).toBe(1)
    hear(frame(low, 2n))
    sent()
    maintain()
    expect(sent()).toEqual([])
  })

  test('is dropped after 10 s, under another root, or with its peering', () => {
    hear(frame(low, 1n))
    now += ROUTE_LIFETIME - 1
    snake.handleTimeout(root, true, now)
    expect(snake.descending).toEqual(low.key)
    now += MAINTENANCE_INTERVAL
    snake.handleTimeout(root, true, now)
    expect(snake.descending).toBeUndefined()

    hear(frame(low, 2n))
    snake.removePeer(2, [])
    expect(snake.descending).toEqual(low.key)
    snake.removePeer(1, [low.key])
    expect(snake.descending).toBeUndefined()
    expect(events().at(-2)).toEqual({ name: 'routeremoved', detail: { key: low.key } })

    hear(frame(low, 3n))
    maintain()
    snake.handleTimeout({ ...root, sequence: 4n }, true, snake.nextTimeout())
    expect(snake.descending).toBeUndefined()
  })

  test('of another root makes way for any', () => {
    hear(frame(low, 1n))
    const next = { ...root, sequence: 4n }
    const given = frame(lowest, 1n, next)
    snake.handleBootstrap(1, given, decodeBootstrap(given.payload), next, now)
    expect(snake.descending).toEqual(lowest.key)
  })
})

test('old routes are reported as they go', () => {
  hear(frame(low, 1n))
  now += ROUTE_LIFETIME
  snake.handleTimeout(root, true, now)
  expect(events().map(({ name }) => name)).toEqual([
    'routeadded',
    'descendingchange',
    'routeremoved',
    'descendingchange',
  ])
})

test('very many old routes are removed in pieces', () => {
  const keys = identities(8).map(({ key }) => key)
  for (const key of keys) {
    tables.installRoute({ key, source: 1, destination: 0, sequence: 1n, root, time: now })
  }
  now += ROUTE_LIFETIME
  snake.handleTimeout(root, true, now)
  const left = (): number => tables.table.size
  expect([left(), events().length, snake.hasWork]).toEqual([5, 3, true])
  expect([snake.work(now), left(), events().length]).toEqual([true, 2, 3])
  expect([snake.work(now), left(), events().length]).toEqual([false, 0, 2])
  expect(snake.hasWork).toBe(false)
})

test('very many routes that are gone are reported in pieces', () => {
  const keys = identities(500).map(({ key }) => key)
  snake.removePeer(1, keys)
  snake.removePeer(2, [low.key])
  expect(events().length).toBe(200)
  expect([snake.hasWork, snake.work(now), events().length]).toEqual([true, true, 200])
  expect([snake.work(now), snake.hasWork]).toEqual([false, false])
  expect(events().map(({ detail }) => detail)).toEqual([...keys.slice(400), low.key].map((key) => ({ key })))
})
