import { decodeAnnouncement } from '@snek/wire'
import { expect, test } from 'vitest'
import { announcement, identities } from '../../test/announcements.ts'
import { knownEntries } from './known-entries.ts'

const [a, b, c, d] = identities(4) as [Node, Node, Node, Node]
type Node = ReturnType<typeof identities>[0]

const path = announcement(3n, [d, 1], [c, 2], [b, 3])

test.each([
  ['itself', path, 3],
  ['the same with another last port', announcement(3n, [d, 1], [c, 2], [b, 4]), 2],
  ['a sibling’s', announcement(3n, [d, 1], [c, 2], [a, 3]), 2],
  ['the parent’s, on another port', announcement(3n, [d, 1], [c, 7]), 1],
  ['one that goes on', announcement(3n, [d, 1], [c, 2], [b, 3], [a, 1]), 3],
  [
    'another sequence over the same path: every signature covers it',
    announcement(4n, [d, 1], [c, 2], [b, 3]),
    0,
  ],
  ['another root', announcement(3n, [c, 2], [b, 3]), 0],
])('what vouches for entries: %s', (_, other, expected) => {
  expect(knownEntries(path, [other.payload])).toBe(expected)
})

test('a signature alone vouches for nothing', () => {
  const forged = Uint8Array.from(path.payload)
  forged[0] = (forged[0] as number) ^ 1
  const decoded = decodeAnnouncement(forged)
  expect(knownEntries(decoded, [path.payload])).toBe(0)
})

test('of several the best counts, and not too many are compared', () => {
  const others = [
    announcement(9n, [a, 1]),
    announcement(3n, [d, 1], [b, 1]),
    announcement(3n, [d, 1], [c, 2]),
  ]
  expect(
    knownEntries(
      path,
      others.map(({ payload }) => payload),
    ),
  ).toBe(2)
  const [useless] = others
  const many = Array.from({ length: 100 }, () => useless?.payload ?? new Uint8Array())
  expect(knownEntries(path, [...many, path.payload])).toBe(0)
})
