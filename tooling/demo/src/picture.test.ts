import { describe, expect, test } from 'vitest'
import { drawTree, type Place, wayAlongTree } from './picture.ts'

const place = (name: string, ...coordinates: string[]): Place => ({ name, coordinates })
const [root, left, right, leaf] = [
  place('root'),
  place('left', '1'),
  place('right', '2'),
  place('leaf', '1', '7'),
]
const places = [leaf, root, left, right]

test('drawTree', () => {
  expect(drawTree(places)).toEqual([
    'root  root',
    '├─ left  coordinates 1',
    '│  └─ leaf  coordinates 1.7',
    '└─ right  coordinates 2',
  ])
})

describe('wayAlongTree', () => {
  test.each([
    [leaf, right, [leaf, left, root, right]],
    [leaf, root, [leaf, left, root]],
    [root, leaf, [root, left, leaf]],
    [leaf, leaf, [leaf]],
  ])('$name to $name', (from, to, way) => {
    expect(wayAlongTree(places, from, to)).toEqual(way)
  })
})
