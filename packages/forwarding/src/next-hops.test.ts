// The reference's next hops (test-vectors/nexthop-*.json), through WASM.
import { readFile } from 'node:fs/promises'
import { Key } from '@snek/wire'
import { expect, test } from 'vitest'
import { type ForwardingPlane, loadForwarding } from './index.ts'

const NOW = 1_000_000
const forwarding = await loadForwarding()

interface PeerCase {
  port: number
  public_key: string
  type: number
  started: boolean
  announcement?: {
    root_key: string
    root_sequence: string
    receive_order: number
    signatures: { port: string; public_key: string }[]
  }
}

interface SnakeCase {
  public_key: string
  parent_port?: number
  peers: PeerCase[]
  routes: { public_key: string; sequence: string; source_port: number; expired: boolean }[]
  bootstrap: boolean
  destination_key: string
  watermark_key: string
  watermark_sequence: string
  next_port: number | null
  next_watermark_key: string
  next_watermark_sequence: string
}

interface TreeCase {
  coords: string[]
  parent_port?: number
  peers: PeerCase[]
  destination: string[]
  from_port: number
  next_port: number | null
}

async function cases<T>(file: string): Promise<[number, T][]> {
  const url = new URL(`../../../test-vectors/${file}`, import.meta.url)
  const cases = JSON.parse(await readFile(url, 'utf8')) as T[]
  return [...cases.entries()]
}

function plane(
  ownKey: string,
  peers: PeerCase[],
  parent: number | undefined,
  coordinates: bigint[],
): ForwardingPlane {
  const key = Key.parse(ownKey)
  const plane = forwarding.createPlane({ key })
  let root = { key, sequence: 1n }
  for (const { port, public_key, type, announcement } of peers.filter((peer) => peer.started)) {
    plane.addPeer(port, Key.parse(public_key), type)
    if (announcement === undefined) continue
    const announced = { key: Key.parse(announcement.root_key), sequence: BigInt(announcement.root_sequence) }
    const entries = announcement.signatures.map((entry) => ({
      port: BigInt(entry.port),
      key: Key.parse(entry.public_key),
    }))
    plane.setAnnouncement(port, { root: announced, entries }, announcement.receive_order)
    if (port === parent) root = announced
  }
  plane.setTree({ root, coordinates, parent })
  return plane
}

test.each(await cases<SnakeCase>('nexthop-snake.json'))('snake, case %i', (_, given) => {
  const tables = plane(given.public_key, given.peers, given.parent_port, [])
  for (const route of given.routes) {
    const key = Key.parse(route.public_key)
    const time = route.expired ? NOW - 10_000 : NOW - 9_999
    const { source_port: source, sequence } = route
    const root = { key, sequence: 1n }
    tables.installRoute({ key, source, destination: 0, sequence: BigInt(sequence), root, time }, NOW)
  }
  const watermark = { key: Key.parse(given.watermark_key), sequence: BigInt(given.watermark_sequence) }
  const { bootstrap } = given
  const hop = tables.nextHopSnake(Key.parse(given.destination_key), watermark, { bootstrap }, NOW)
  expect([hop.port ?? null, hop.watermark.key.hex, `${hop.watermark.sequence}`]).toEqual([
    given.next_port,
    given.next_watermark_key,
    given.next_watermark_sequence,
  ])
  tables.close()
})

test.each(await cases<TreeCase>('nexthop-tree.json'))('tree, case %i', (_, given) => {
  const tables = plane('ab'.repeat(32), given.peers, given.parent_port, given.coords.map(BigInt))
  expect(tables.nextHopTree(given.destination.map(BigInt), given.from_port) ?? null).toBe(given.next_port)
  tables.close()
})
