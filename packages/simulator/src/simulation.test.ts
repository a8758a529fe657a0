import { describe, expect, test } from 'vitest'
import { createSimulation, type Edge, line, ring, type Simulation, star, tree } from './index.ts'

async function closed(simulation: Simulation): Promise<void> {
  await simulation.close()
  expect(simulation.clock.pendingTimers).toBe(0)
}

describe('agree on one tree and one snake', { timeout: 30_000 }, () => {
  test.each<[string, number, Edge[]]>([
    ['one node', 1, []],
    ['two nodes', 2, line(2)],
    ['three in a line', 3, line(3)],
    ['twelve in a line', 12, line(12)],
    ['nine in a ring', 9, ring(9)],
    ['a star of sixteen', 16, star(16)],
    ['two rings', 6, [...ring(3), ...ring(3).map(([a, b]): Edge => [a + 3, b + 3])]],
  ])('%s', async (_, count, edges) => {
    const simulation = createSimulation({ seed: count })
    await simulation.build(count, edges)
    simulation.converge(30_000)
    expect(simulation.exchangeAll()).toEqual([])
    await closed(simulation)
  })
})

test('the same seed gives the same run', async () => {
  const run = async (seed: number): Promise<unknown> => {
    await using simulation = createSimulation({ seed })
    await simulation.build(10, tree(10, simulation.random))
    simulation.run(7_321)
    return simulation.nodes.map(({ router }) => router.snapshot())
  }
  expect(await run(5)).toEqual(await run(5))
  expect(await run(5)).not.toEqual(await run(6))
})

test('an exchange takes twice the way, and a cut one doesn’t arrive', async () => {
  await using simulation = createSimulation({ seed: 3 })
  const [a, b, c] = [
    await simulation.addNode('a'),
    await simulation.addNode('b'),
    await simulation.addNode('c'),
  ]
  simulation.link(a, b, { latency: 30 })
  const second = simulation.link(b, c, { latency: 12 })
  simulation.converge(10_000)
  expect(simulation.exchange(a, c)).toBe(84)
  simulation.cut(second)
  expect(simulation.exchange(a, c)).toBeUndefined()
})

test('what is wrong is said in words', async () => {
  await using simulation = createSimulation({ seed: 3 })
  await simulation.build(3, line(3))
  expect(simulation.converged()).toBe(false)
  expect(simulation.problems().join('; ')).toMatch(
    /\d follows \d; .*\d has parent nobody.*\d descends to nobody, not \d/,
  )
  expect(() => simulation.converge(50)).toThrow(/not converged within 50 ms/)
})

test('two links between two nodes, and the better one fails', async () => {
  await using simulation = createSimulation({ seed: 4 })
  const [a, b] = [await simulation.addNode(), await simulation.addNode()]
  simulation.link(a, b, { type: 'remote', latency: 40 })
  const better = simulation.link(a, b, { type: 'pipe', latency: 1 })
  simulation.converge(10_000)
  expect(simulation.exchange(a, b)).toBe(2)
  simulation.cut(better)
  simulation.converge(15_000)
  expect(simulation.exchange(a, b)).toBe(80)
})

test('the highest key joins late, leaves, and joins again under the same key', {
  timeout: 30_000,
}, async () => {
  await using simulation = createSimulation({ seed: 11 })
  const nodes = await simulation.build(8, ring(8))
  const top = [...nodes].sort((x, y) => (x.key.hex < y.key.hex ? 1 : -1))[0]
  expect(simulation.nodes).toContain(top)
  simulation.converge(30_000)
  const links = simulation.links.filter(({ ends }) => top && ends.includes(top))
  for (const link of links) simulation.cut(link)
  simulation.converge(30_000)
  for (const { ends } of links) simulation.link(...ends)
  simulation.converge(30_000)
  expect(simulation.exchangeAll()).toEqual([])
})
