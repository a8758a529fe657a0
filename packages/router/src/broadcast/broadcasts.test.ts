import { type Identity, verify } from '@snek/identity'
import {
  type Announcement,
  type BroadcastFrame,
  decodeBroadcast,
  decodeFrame,
  encodeBroadcast,
  type Root,
} from '@snek/wire'
import { beforeEach, expect, test } from 'vitest'
import { announcement, identities } from '../../test/announcements.ts'
import type { Output } from '../outputs.ts'
import type { TreePeer } from '../tree/tree.ts'
import { BROADCAST_INTERVAL, Broadcasts, REPEAT_LIMIT, SEEN_LIFETIME } from './broadcasts.ts'

const START = 1_800_000_000_000
const [own, near, far, child, stranger, top] = identities(6) as [
  Identity,
  Identity,
  Identity,
  Identity,
  Identity,
  Identity,
]
const root: Root = { key: top.key, sequence: 3n }

/** We are at 1.2; near is our parent at 1, far is at 5, child, twice, is at 1.2.7. */
const peers = new Map<number, TreePeer>([
  [1, peer(1, near, announcement(3n, [top, 1], [near, 2]))],
  [2, peer(2, far, announcement(3n, [top, 5], [far, 1]))],
  [3, peer(3, child, announcement(3n, [top, 1], [near, 2], [own, 7], [child, 1]))],
  [4, peer(4, child, announcement(3n, [top, 1], [near, 2], [own, 7], [child, 2]))],
])
const around = { root, coordinates: [1n, 2n], peers }
const types = new Map([[4, 1]])

let now: number
let outputs: Output[]
let broadcasts: Broadcasts

beforeEach(() => {
  now = START
  outputs = []
  broadcasts = new Broadcasts({
    signer: own,
    verify,
    emit: (output) => outputs.push(output),
    peerType: (port) => types.get(port) ?? 3,
    seenLimit: 2,
    firstBroadcast: START + 500,
  })
})

function peer(port: number, { key }: Identity, said: Announcement): TreePeer {
  return { port, key, announced: { announcement: said, time: START, order: port, usable: true } }
}

function frame(from: Identity, sequence: bigint, hopLimit: number, under = root): BroadcastFrame {
  const payload = encodeBroadcast(sequence, under, from)
  return { type: 'broadcast', extra: 0, hopLimit, sourceKey: from.key, payload }
}

function hear(given: BroadcastFrame, port = 1): boolean {
  return broadcasts.handleBroadcast(port, given, decodeBroadcast(given.payload), around, now)
}

function sent(): [number, number][] {
  return outputs.flatMap((output): [number, number][] =>
    output.type === 'send' ? [[output.port, decodeFrame(output.frame).hopLimit]] : [],
  )
}

function reported(): bigint[] {
  return outputs.flatMap((output) =>
    output.type === 'event' && output.event.name === 'broadcast' ? [output.event.detail.sequence] : [],
  )
}

test.each<[number, [number, number][]]>([
  [
    255,
    [
      [2, 4],
      [4, 4],
    ],
  ],
  [
    5,
    [
      [2, 4],
      [4, 4],
    ],
  ],
  [4, [[4, 3]]],
  [2, [[4, 1]]],
  [1, []],
  [0, []],
])(
  'with hop limit %i it goes to others, once to each, the better way; later down the tree',
  (hopLimit, expected) => {
    expect(hear(frame(stranger, 9n, hopLimit))).toBe(true)
    expect(reported()).toEqual([9n])
    expect(sent()).toEqual(expected)
  },
)

test('is ignored when repeated soon, when it isn’t newer, under another root, and when it is ours', () => {
  hear(frame(stranger, 9n, 5))
  now += REPEAT_LIMIT - 1
  hear(frame(stranger, 10n, 5), 2)
  now += 1
  hear(frame(stranger, 9n, 5))
  hear(frame(far, 10n, 5, { key: far.key, sequence: 3n }))
  hear(frame(own, 11n, 5))
  expect(reported()).toEqual([9n])
  hear(frame(stranger, 10n, 5))
  expect(reported()).toEqual([9n, 10n])
})

test('counts under another sequence of the same root', () => {
  hear(frame(stranger, 9n, 5, { ...root, sequence: 2n }))
  expect(reported()).toEqual([9n])
})

test('with a bad signature isn’t remembered', () => {
  expect(hear({ ...frame(far, 9n, 5), sourceKey: stranger.key })).toBe(false)
  expect(outputs).toEqual([])
  hear(frame(stranger, 9n, 5))
  expect(reported()).toEqual([9n])
})

test('is forgotten in time, and to make room', () => {
  hear(frame(stranger, 9n, 1))
  now += SEEN_LIFETIME - 1
  broadcasts.expire(now)
  hear(frame(stranger, 8n, 1))
  now += 1
  broadcasts.expire(now)
  hear(frame(stranger, 8n, 1))
  expect(reported()).toEqual([9n, 8n])
  hear(frame(far, 1n, 1))
  hear(frame(child, 1n, 1))
  expect(broadcasts.forgotten).toBe(1)
  hear(frame(stranger, 7n, 1))
  expect(reported().at(-1)).toBe(7n)
})

test('our own go to all each minute, and to one who is new', () => {
  expect(broadcasts.nextTimeout()).toBe(START + 500)
  now += 500
  broadcasts.handleTimeout(around, now)
  expect(sent()).toEqual([
    [1, 5],
    [2, 5],
    [4, 5],
  ])
  const [first] = outputs
  const sentFrame = decodeFrame(first?.type === 'send' ? first.frame : new Uint8Array())
  expect(sentFrame).toMatchObject({ type: 'broadcast', sourceKey: own.key })
  expect(broadcasts.nextTimeout()).toBe(now + BROADCAST_INTERVAL)
  outputs.length = 0
  broadcasts.wake(2, root, now)
  expect(sent()).toEqual([[2, 5]])
})
