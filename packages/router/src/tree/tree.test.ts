import type { Tree as Place } from '@snek/forwarding'
import { verify } from '@snek/identity'
import {
  type Announcement,
  checkAnnouncement,
  decodeAnnouncement,
  decodeFrame,
  MAX_ANNOUNCEMENT_ENTRIES,
} from '@snek/wire'
import { beforeEach, describe, expect, test } from 'vitest'
import { announcement, identities } from '../../test/announcements.ts'
import type { Output } from '../outputs.ts'
import { ANNOUNCEMENT_INTERVAL, ANNOUNCEMENT_LIFETIME, REPARENT_WAIT, Tree } from './tree.ts'

const START = 1_800_000_000_000
const all = identities(MAX_ANNOUNCEMENT_ENTRIES + 10)
const [low, own, middle, high] = [all[0], all[1], all[50], all[100]] as [
  (typeof all)[0],
  (typeof all)[0],
  (typeof all)[0],
  (typeof all)[0],
]

let now: number
let outputs: Output[]
let place: Place | undefined
let stored: [number, number][]
let tree: Tree

beforeEach(() => {
  now = START
  outputs = []
  stored = []
  const tables = {
    setAnnouncement: (port: number, _: Announcement, order: number) => void stored.push([port, order]),
    setTree: (next: Place) => {
      place = next
    },
  }
  tree = new Tree(own, tables, (output) => outputs.push(output), now)
})

/** What was sent since the last call, by port; each payload must be right. */
function sent(): [number, Announcement][] {
  const frames = outputs.splice(0).flatMap((output) => (output.type === 'send' ? [output] : []))
  return frames.map(({ port, frame }) => {
    const decoded = decodeFrame(frame)
    if (decoded.type !== 'announcement') throw new TypeError(decoded.type)
    const announced = decodeAnnouncement(decoded.payload)
    checkAnnouncement(announced, own.key, verify)
    expect(announced.entries.at(-1)?.port).toBe(BigInt(port))
    return [port, announced]
  })
}

function events(): unknown[] {
  return outputs.flatMap((output) => (output.type === 'event' ? [output.event.name] : []))
}

function hear(port: number, announced: Announcement): boolean {
  return tree.handleAnnouncement(port, announced, now)
}

/** Peers at ports 1 (low), 2 (middle) and 3 (high), of which nothing was heard. */
function connect(): void {
  for (const [index, peer] of [low, middle, high].entries()) tree.addPeer(index + 1, peer.key)
  outputs.length = 0
}

test('begins as root, and announces itself on connecting', () => {
  expect(place).toEqual({ root: { key: own.key, sequence: 1n }, coordinates: [], parent: undefined })
  tree.addPeer(7, low.key)
  const [[port, announced] = []] = sent()
  expect([port, announced?.root, announced?.entries.length]).toEqual([7, { key: own.key, sequence: 1n }, 1])
})

describe('an announcement of a higher root', () => {
  test('makes its sender the parent, and is passed on', () => {
    connect()
    expect(hear(2, announcement(5n, [high, 9], [middle, 4]))).toBe(true)
    expect(events()).toEqual(['parentchange', 'announcementchange'])
    expect(tree.parent?.port).toBe(2)
    expect(place).toEqual({ root: { key: high.key, sequence: 5n }, coordinates: [9n, 4n], parent: 2 })
    const frames = sent()
    expect(frames.map(([port]) => port)).toEqual([1, 2, 3])
    expect(frames[0]?.[1].entries.map(({ key }) => key)).toEqual([high.key, middle.key, own.key])
    expect(stored).toEqual([[2, 1]])
  })

  test('is followed when the parent updates it, and its path', () => {
    connect()
    hear(2, announcement(5n, [high, 9], [middle, 4]))
    sent()
    hear(2, announcement(6n, [high, 9], [low, 2], [middle, 5]))
    expect(sent().length).toBe(3)
    expect(place?.coordinates).toEqual([9n, 2n, 5n])
    expect(tree.root.sequence).toBe(6n)
  })

  test('is passed over where our key is in it', () => {
    connect()
    hear(2, announcement(5n, [high, 9], [own, 1], [middle, 4]))
    expect(tree.parent).toBeUndefined()
    expect(sent()).toEqual([])
  })

  test('is passed over where the way is so long that nobody would take it from us', () => {
    connect()
    const path = all.filter((node) => node !== middle).slice(-MAX_ANNOUNCEMENT_ENTRIES + 1)
    const long = [...path.map((node) => [node, 1] as const), [middle, 2] as const]
    hear(2, announcement(5n, ...long))
    expect(tree.parent).toBeUndefined()
    tree.removePeer(2, now)
    tree.addPeer(2, middle.key)
    sent()
    hear(2, announcement(6n, ...long.slice(1)))
    expect(tree.parent?.port).toBe(2)
    expect(sent()[0]?.[1].entries.length).toBe(MAX_ANNOUNCEMENT_ENTRIES)
  })
})

describe('an announcement of a lower root', () => {
  test('is answered, unless it crossed ours', () => {
    connect()
    hear(1, announcement(1n, [low, 1]))
    expect(sent()).toEqual([])
    hear(1, announcement(2n, [low, 1]))
    expect(sent().map(([port]) => port)).toEqual([1])
  })
})

describe('of the same root', () => {
  test('the higher sequence wins, then the lower receive order', () => {
    connect()
    hear(2, announcement(5n, [high, 9], [middle, 4]))
    hear(3, announcement(5n, [high, 8]))
    expect(tree.parent?.port).toBe(2)
    hear(3, announcement(6n, [high, 8]))
    expect(tree.parent?.port).toBe(3)
    hear(2, announcement(6n, [high, 9], [middle, 4]))
    expect(tree.parent?.port).toBe(3)
  })

  test('peerings to one node are newcomers once', () => {
    tree.addPeer(1, high.key)
    tree.addPeer(2, high.key)
    expect([hear(1, announcement(1n, [high, 1])), hear(2, announcement(1n, [high, 2]))]).toEqual([
      true,
      false,
    ])
    expect(hear(1, announcement(2n, [high, 1]))).toBe(false)
  })
})

describe('a parent that lost its way', () => {
  beforeEach(() => {
    connect()
    hear(2, announcement(5n, [high, 9], [middle, 4]))
    hear(3, announcement(4n, [high, 8]))
    sent()
  })

  test.each([
    ['repeats itself', announcement(5n, [high, 9], [low, 1], [middle, 4])],
    ['weakens its root', announcement(1n, [middle, 4])],
    ['loops', announcement(9n, [high, 9], [own, 1], [middle, 4])],
  ])('%s: we are root for a second, then select', (_, given) => {
    hear(2, given)
    expect(place).toMatchObject({ root: { key: own.key, sequence: 2n }, parent: undefined })
    expect(sent().map(([port]) => port)).toEqual([1, 2, 3])
    expect(tree.nextTimeout()).toBe(START + REPARENT_WAIT)

    hear(3, announcement(7n, [high, 8]))
    expect(sent()).toEqual([])
    expect(tree.parent).toBeUndefined()
    now += REPARENT_WAIT - 1
    tree.handleTimeout(now)
    expect(tree.parent).toBeUndefined()
    now += 1
    tree.handleTimeout(now)
    expect(tree.parent?.port).toBe(3)
    expect(sent()[0]?.[1].root).toEqual({ key: high.key, sequence: 7n })
  })

  test('an older sequence changes nothing', () => {
    hear(2, announcement(4n, [high, 9], [middle, 4]))
    expect(tree.parent?.port).toBe(2)
    expect(sent()).toEqual([])
  })
})

describe('losing the parent', () => {
  test('selects another one', () => {
    connect()
    hear(2, announcement(5n, [high, 9], [middle, 4]))
    hear(3, announcement(4n, [high, 8]))
    sent()
    tree.removePeer(2, now)
    expect(place).toMatchObject({ root: { key: high.key, sequence: 4n }, coordinates: [8n], parent: 3 })
    expect(sent().map(([port]) => port)).toEqual([1, 3])
  })

  test('makes us root if nobody else is better', () => {
    connect()
    hear(2, announcement(5n, [high, 9], [middle, 4]))
    hear(1, announcement(5n, [high, 9], [middle, 3], [own, 1], [low, 8]))
    sent()
    tree.removePeer(2, now)
    expect(place).toMatchObject({ root: { key: own.key, sequence: 2n }, parent: undefined })
    expect(sent().map(([port]) => port)).toEqual([1, 3])
  })

  test('and all others leaves a blank state, with a sequence that never goes back', () => {
    connect()
    hear(2, announcement(5n, [high, 9], [middle, 4]))
    hear(2, announcement(1n, [middle, 4]))
    for (const port of [1, 2, 3]) tree.removePeer(port, now)
    expect(tree.nextTimeout()).toBe(START + ANNOUNCEMENT_INTERVAL)
    expect(tree.root.sequence).toBe(2n)
    tree.addPeer(1, high.key)
    hear(1, announcement(1n, [high, 1]))
    expect(tree.parent?.port).toBe(1)
  })
})

describe('time', () => {
  test('a root announces itself every half an hour', () => {
    connect()
    expect(tree.nextTimeout()).toBe(START + ANNOUNCEMENT_INTERVAL)
    now += ANNOUNCEMENT_INTERVAL
    tree.handleTimeout(now)
    const frames = sent()
    expect(frames.map(([port, { root }]) => [port, root.sequence])).toEqual([
      [1, 2n],
      [2, 2n],
      [3, 2n],
    ])
    expect(tree.nextTimeout()).toBe(now + ANNOUNCEMENT_INTERVAL)
  })

  test('nobody follows a root that was silent for 45 minutes', () => {
    connect()
    hear(2, announcement(5n, [high, 9], [middle, 4]))
    now += ANNOUNCEMENT_LIFETIME - 1
    tree.handleTimeout(now)
    expect(tree.parent?.port).toBe(2)
    now += 1
    tree.handleTimeout(now)
    expect(place).toMatchObject({ root: { key: own.key }, parent: undefined })
    hear(3, announcement(1n, [high, 8]))
    expect(tree.parent?.port).toBe(3)
  })
})

test('payloads that are known: the peer’s last, our own to it, those of others', () => {
  connect()
  const [first, second] = [announcement(5n, [high, 9], [middle, 4]), announcement(4n, [high, 8])]
  hear(2, first)
  hear(3, second)
  const known = [...tree.knownPayloads(2)]
  expect(known[0]).toBe(first.payload)
  expect(known[1]?.subarray(0, first.payload.length)).toEqual(first.payload)
  expect(known.slice(2)).toEqual([second.payload])
})
