import type { PeerSnapshot, RouterSnapshot } from '@snek/router'
import { describe, expect, test } from 'vitest'
import { layOutRing, layOutTree } from './neighbourhood-layout.ts'

const key = (digit: string): string => digit.repeat(64)

function snapshot(change: Partial<RouterSnapshot>): RouterSnapshot {
  return {
    key: key('5'),
    coords: [],
    root: { key: key('5'), sequence: '1' },
    parent: null,
    peers: [],
    descending: null,
    routes: [],
    coords_cache: {},
    counters: {},
    ...change,
  }
}

function peer(digit: string, coords: string[] | null): PeerSnapshot {
  return { key: key(digit), coords, port: 1, uri: 'ws:' } as PeerSnapshot
}

describe('the tree', () => {
  test('of a node alone', () => {
    const { nodes, edges, rows } = layOutTree(snapshot({}))
    expect(nodes).toEqual([{ key: key('5'), role: 'self', column: 0, row: 0 }])
    expect(edges).toEqual([])
    expect(rows).toBe(1)
  })

  test('parent above, child below, others beside', () => {
    const { nodes, edges, hidden } = layOutTree(
      snapshot({
        coords: ['2', '3'],
        root: { key: key('f'), sequence: '1' },
        parent: key('a'),
        peers: [peer('a', ['2']), peer('b', ['2', '3', '1']), peer('c', ['2', '9'])],
      }),
    )
    expect(hidden).toBe(0)
    expect(nodes.map(({ key, role, column, row }) => [key?.[0], role, column, row])).toEqual([
      ['f', 'root', 0, 0],
      ['a', 'parent', 0, 1],
      ['5', 'self', 0, 2],
      ['b', 'peer', 0, 3],
      ['c', 'peer', 1, 2],
    ])
    expect(edges.map(({ from, to, kind }) => [from.key?.[0], to.key?.[0], kind])).toEqual([
      ['f', 'a', 'tree'],
      ['a', '5', 'tree'],
      ['5', 'b', 'tree'],
      ['5', 'c', 'peering'],
    ])
  })

  test('the middle of a long way up isn’t drawn', () => {
    const { nodes, hidden, rows } = layOutTree(snapshot({ coords: Array(20).fill('1'), parent: key('a') }))
    expect(hidden).toBe(16)
    expect(nodes.map((node) => node.row)).toEqual([0, 1, 2, 3, 4])
    expect(rows).toBe(5)
  })

  test('two peerings with one key are one node', () => {
    const { nodes } = layOutTree(snapshot({ peers: [peer('b', ['1']), peer('b', ['1'])] }))
    expect(nodes).toHaveLength(2)
  })
})

test('the ring: keys in order, the next ones below and above', () => {
  const route = (digit: string): RouterSnapshot['routes'][number] =>
    ({ key: key(digit), source: 1 }) as RouterSnapshot['routes'][number]
  const points = layOutRing(
    snapshot({
      descending: key('3'),
      peers: [peer('8', null)],
      routes: [route('3'), route('1'), route('e')],
      root: { key: key('f'), sequence: '1' },
    }),
  )
  expect(points.map((point) => [point.key[0], point.role])).toEqual([
    ['1', 'route'],
    ['3', 'below'],
    ['5', 'self'],
    ['8', 'above'],
    ['e', 'route'],
    ['f', 'route'],
  ])
  expect(points[3]?.turn).toBeCloseTo(0x88888888 / 2 ** 32)
})
