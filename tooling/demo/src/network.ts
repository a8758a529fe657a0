// A, R and B as processes, linked and observed.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RouterSnapshot } from '@snek/router'
import type { Place } from './picture.ts'
import type { PlaintextDetector } from './plaintext-detector.ts'
import type { Processes } from './processes.ts'
import { Tap } from './tap.ts'

export interface DemoNode {
  readonly key: string
  readonly pid: number | undefined
  readonly admin: string
}

export interface Relayed {
  /** Bytes of traffic that R took from A so far. */
  readonly fromA: number
  /** Bytes of traffic that R wrote to B so far. */
  readonly toB: number
}

export interface Network extends AsyncDisposable {
  readonly a: DemoNode
  readonly r: DemoNode & { readonly tcp: string; readonly ws: string }
  readonly b: DemoNode
  readonly tap: Tap
  /** Resolves once all three stand in one tree. */
  converged(): Promise<void>
  /** Where A, R and B stand in the tree. */
  places(): Promise<[Place, Place, Place]>
  relayed(): Promise<Relayed>
}

/** How often the nodes are asked whether they agree, in milliseconds. */
const POLL = 200

export async function startNetwork(
  processes: Processes,
  directory: string,
  detector: PlaintextDetector,
): Promise<Network> {
  const start = async (name: string, ...args: string[]): Promise<DemoNode & { listen: string[] }> => {
    const admin = join(directory, `${name}.sock`)
    const process = processes.start('up', '--json', '--admin', admin, ...args)
    const ready = await process.event('ready')
    return { key: String(ready['key']), pid: process.pid, admin, listen: ready['listen'] as string[] }
  }
  const status = async ({ admin }: DemoNode): Promise<RouterSnapshot> =>
    (await processes.run('status', '--admin', admin)) as unknown as RouterSnapshot

  const r = await start('r', '--listen', 'tcp://127.0.0.1:0', '--listen', 'ws://127.0.0.1:0/')
  const [tcp = '', ws = ''] = r.listen
  const tap = await Tap.listen(Number(new URL(tcp).port), detector)
  const [a, b] = await Promise.all([start('a', '--peer', tap.uri), start('b', '--peer', ws)])

  return {
    a,
    r: { ...r, tcp, ws },
    b,
    tap,
    converged: async () => {
      for (;;) {
        const all = await Promise.all([a, r, b].map(status))
        const roots = new Set(all.map(({ root }) => `${root.key} ${root.sequence}`))
        const others = all.filter(({ parent }) => parent !== null)
        if (roots.size === 1 && others.length === 2) return
        await sleep(POLL)
      }
    },
    places: async () => {
      const place = async (name: string, node: DemoNode): Promise<Place> => ({
        name,
        coordinates: (await status(node)).coords,
      })
      return Promise.all([place('A', a), place('R', r), place('B', b)])
    },
    relayed: async () => {
      const { peers } = await status(r)
      const bytes = (node: DemoNode) => peers.find(({ key }) => key === node.key)?.bytes
      return { fromA: bytes(a)?.traffic_in ?? 0, toB: bytes(b)?.traffic_out ?? 0 }
    },
    [Symbol.asyncDispose]: () => tap[Symbol.asyncDispose](),
  }
}
