// A whole network in one process: README.md shows how.
export type { SimulatedLink } from './link.ts'
export type { SimulatedNode } from './node.ts'
export { createSimulation, type Simulation, type SimulationOptions } from './simulation.ts'
export { type Edge, line, type Random, randomGraph, ring, star, tree } from './topologies.ts'
