// Eight nodes in a line, TCP and WebSocket by turns: one tree, everyone reaches everyone, files arrive.
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RouterSnapshot } from '@snek/router'
import { describe, expect, test, vi } from 'vitest'
import { noise } from './noise.ts'
import { PATIENT, runJson, type SnekNode, start, startNode, temporaryDirectory } from './snek.ts'

const TCP = 'tcp://127.0.0.1:0'
const WS = 'ws://127.0.0.1:0/'

async function status(node: SnekNode): Promise<RouterSnapshot> {
  const [snapshot] = await runJson(['status', '--admin', node.admin])
  return snapshot as unknown as RouterSnapshot
}

/** Resolves with the snapshots once all agree on a root, and every other one has a parent. */
function oneTree(nodes: readonly SnekNode[]): Promise<RouterSnapshot[]> {
  return vi.waitFor(async () => {
    const all = await Promise.all(nodes.map(status))
    const roots = new Set(all.map(({ root }) => root.key))
    expect([...roots]).toHaveLength(1)
    expect(all.filter(({ parent }) => parent === null)).toHaveLength(1)
    return all
  }, PATIENT)
}

async function ping(from: SnekNode, to: SnekNode): Promise<void> {
  const lines = await runJson(['ping', to.key, '--count', '1', '--admin', from.admin, '--timeout', '30'])
  expect(lines.at(-1)).toMatchObject({ event: 'summary', key: to.key, received: 1 })
}

/** Everyone pings everyone: from one node after the other, to all others at once. */
async function pingAll(nodes: readonly SnekNode[]): Promise<void> {
  for (const from of nodes) await Promise.all(nodes.filter((to) => to !== from).map((to) => ping(from, to)))
}

async function line(directory: string, length: number): Promise<SnekNode[]> {
  const nodes: SnekNode[] = []
  for (let index = 0; index < length; index++) {
    const peer = nodes.at(-1)?.listen[0]
    const args = ['--listen', index % 2 === 0 ? TCP : WS, ...(peer === undefined ? [] : ['--peer', peer])]
    nodes.push(await startNode(directory, `node-${index}`, ...args))
  }
  return nodes
}

describe('eight nodes in a line', () => {
  test('one tree, pings between all pairs, 10 MB from end to end', async () => {
    const directory = await temporaryDirectory()
    const nodes = await line(directory, 8)
    const all = await oneTree(nodes)
    const highest = nodes
      .map(({ key }) => key)
      .sort()
      .at(-1)
    expect(all[0]?.root.key).toBe(highest)

    await pingAll(nodes)

    const [first, last] = [nodes[0] as SnekNode, nodes[7] as SnekNode]
    const [file, out] = [join(directory, 'file'), join(directory, 'out')]
    const bytes = noise(10_000_000)
    await writeFile(file, bytes)
    const receiver = start(['receive', '--once', '--out', out, '--json', '--admin', last.admin])
    await receiver.record(({ event }) => event === 'ready')
    const sent = await runJson(['send', last.key, file, '--admin', first.admin])
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(sent.at(-1)).toMatchObject({ event: 'sent', bytes: bytes.length, sha256 })
    expect(await receiver.exit()).toBe(0)
    expect(
      createHash('sha256')
        .update(await readFile(out))
        .digest('hex'),
    ).toBe(sha256)

    for (const { snek } of nodes) snek.signal('SIGTERM')
    for (const { snek } of nodes) expect(await snek.exit()).toBe(0)
  })
})

describe('a ring of five', () => {
  test('heals when a node in the middle is killed', async () => {
    const directory = await temporaryDirectory()
    const nodes = await line(directory, 4)
    const [first, second, third, fourth] = nodes as [SnekNode, SnekNode, SnekNode, SnekNode]
    const ends = ['--peer', first.listen[0] ?? '', '--peer', fourth.listen[0] ?? '']
    const fifth = await startNode(directory, 'node-4', ...ends)
    await oneTree([...nodes, fifth])
    await ping(first, third)

    await second.snek.kill()
    const rest = [first, third, fourth, fifth]
    await oneTree(rest)
    await pingAll(rest)
  })
})

test('static peers are redialled', async () => {
  const directory = await temporaryDirectory()
  const seed = 'c1'.repeat(32)
  const relay = await startNode(directory, 'relay', '--seed', seed, '--listen', TCP)
  const [uri = ''] = relay.listen
  const leaf = await startNode(directory, 'leaf', '--peer', uri)
  await leaf.snek.record(({ event }) => event === 'peer-added')
  await relay.snek.kill()
  await leaf.snek.record(({ event }) => event === 'peer-removed')
  const again = await startNode(directory, 'again', '--seed', seed, '--listen', uri)
  await vi.waitFor(
    async () => expect((await status(leaf)).peers).toMatchObject([{ key: again.key }]),
    PATIENT,
  )
  await ping(leaf, again)
})
