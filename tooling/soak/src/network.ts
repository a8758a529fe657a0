// A dozen nodes in a ring with chords, linked half by TCP and half by WebSocket.
import { join } from 'node:path'
import type { RouterSnapshot } from '@snek/router'
import { FlappingLink } from './flapping-link.ts'
import { SoakNode } from './soak-node.ts'

export const NODES = 12
/** Besides the ring: pairs of nodes. */
const CHORDS = [
  [0, 6],
  [1, 4],
  [2, 9],
  [3, 11],
  [5, 10],
  [7, 8],
] as const

export interface Edge {
  readonly ends: readonly [number, number]
  readonly link: FlappingLink
}

export class SoakNetwork {
  readonly nodes: SoakNode[] = []
  readonly edges: Edge[] = []

  static async start(directory: string): Promise<SoakNetwork> {
    const network = new SoakNetwork()
    try {
      for (let index = 0; index < NODES; index += 1) await network.#add(index, directory)
    } catch (error) {
      await network.stop()
      throw error
    }
    return network
  }

  /** Whether all nodes have the same root, and a peering for each edge. */
  async converged(): Promise<boolean> {
    const all = await this.snapshots()
    const roots = new Set(all.map(({ root }) => root.key))
    const peerings = all.reduce((sum, { peers }) => sum + peers.filter(({ coords }) => coords).length, 0)
    return roots.size === 1 && peerings === 2 * this.edges.length
  }

  snapshots(): Promise<RouterSnapshot[]> {
    return Promise.all(this.nodes.map(({ admin }) => admin.status()))
  }

  /** Whether the nodes hang together by links that carry something, without `edge`. */
  isConnectedWithout(edge: Edge): boolean {
    const reached = new Set([0])
    for (let before = 0; before < reached.size; ) {
      before = reached.size
      for (const { ends, link } of this.edges.filter((other) => other !== edge)) {
        if (link.carries && ends.some((end) => reached.has(end))) for (const end of ends) reached.add(end)
      }
    }
    return reached.size === this.nodes.length
  }

  /** Names of nodes that didn't end in order. */
  async stop(): Promise<string[]> {
    const ended = await Promise.all(this.nodes.map((node) => node.stop()))
    await Promise.all(this.edges.map(({ link }) => link.close()))
    return this.nodes.filter((_, index) => !ended[index]).map(({ name }) => name)
  }

  /** Starts a node, and links it to those before it. */
  async #add(index: number, directory: string): Promise<void> {
    const peers: string[] = []
    for (const other of neighbours(index).filter((neighbour) => neighbour < index)) {
      const scheme = this.edges.length % 2 === 0 ? 'tcp' : 'ws'
      const link = await FlappingLink.open(scheme, (this.nodes[other] as SoakNode).ports[scheme])
      this.edges.push({ ends: [index, other], link })
      peers.push(link.uri)
    }
    const name = `node ${index + 1}`
    this.nodes.push(await SoakNode.start(name, join(directory, `${index + 1}.sock`), peers))
  }
}

function neighbours(index: number): number[] {
  const ring = [(index + 1) % NODES, (index + NODES - 1) % NODES]
  const chords = CHORDS.filter((ends) => (ends as readonly number[]).includes(index))
  return [...ring, ...chords.map(([one, other]) => (one === index ? other : one))]
}
