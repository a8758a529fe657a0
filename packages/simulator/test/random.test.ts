// Whatever the topology: everyone reaches everyone, and does so again 30 s after links or nodes are lost.
import { expect, test } from 'vitest'
import { components } from '../src/convergence.ts'
import { createSimulation, randomGraph, type Simulation } from '../src/index.ts'
import { below } from '../src/topologies.ts'

/** In virtual ms. */
const HEALED = 30_000
const EXCHANGE = 5_000
const SIZES = Array.from({ length: 29 }, (_, index) => index + 2)

/** Loses something at random that leaves the rest in one piece, if there is such a thing. */
function lose<T>(
  simulation: Simulation,
  all: readonly T[],
  survivesWithout: (one: T) => boolean,
  how: (one: T) => void,
): void {
  const expendable = all.filter(survivesWithout)
  const one = expendable[below(Math.max(1, expendable.length), simulation.random)]
  if (one !== undefined) how(one)
}

function loseLink(simulation: Simulation, how: 'at-once' | 'frozen'): void {
  const { nodes, links } = simulation
  const survives = (lost: unknown): boolean =>
    components(
      nodes,
      links.filter((link) => link !== lost),
    ).length === 1
  lose(simulation, links, survives, (link) => simulation.cut(link, how))
}

function loseNode(simulation: Simulation, how: 'at-once' | 'frozen'): void {
  const { nodes, links } = simulation
  const survives = (lost: unknown): boolean =>
    components(
      nodes.filter((node) => node !== lost),
      links,
    ).length === 1
  lose(simulation, nodes, survives, (node) => simulation.removeNode(node, how))
}

test.each(SIZES)('%i nodes', { timeout: 120_000 }, async (size) => {
  const simulation = createSimulation({ seed: size })
  const chords = below(size, simulation.random)
  await simulation.build(size, randomGraph(size, chords, simulation.random))
  expect(simulation.converge(HEALED)).toBeLessThanOrEqual(HEALED)
  expect(simulation.exchangeAll(EXCHANGE)).toEqual([])
  for (const [what, loss] of Object.entries({ loseLink, loseNode })) {
    for (const how of ['at-once', 'frozen'] as const) {
      loss(simulation, how)
      simulation.run(HEALED - EXCHANGE)
      expect(simulation.exchangeAll(EXCHANGE), `${what} ${how}`).toEqual([])
    }
  }
  await simulation.close()
  expect(simulation.clock.pendingTimers).toBe(0)
})
