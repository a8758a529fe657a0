// Where the nodes around this one are drawn: the tree by depth, the snake as a ring of keys in order.
import type { RouterSnapshot } from '@snek/router'

export interface TreeNode {
  /** Unknown for those between the root and our parent. */
  readonly key: string | undefined
  readonly role: 'root' | 'ancestor' | 'parent' | 'self' | 'peer'
  readonly column: number
  readonly row: number
}

export interface TreeEdge {
  readonly from: TreeNode
  readonly to: TreeNode
  /** A link of the tree, or a peering beside it. */
  readonly kind: 'tree' | 'peering'
}

export interface TreePicture {
  readonly nodes: readonly TreeNode[]
  readonly edges: readonly TreeEdge[]
  readonly columns: number
  readonly rows: number
  /** Ancestors that aren't drawn. */
  readonly hidden: number
}

/** Ancestors drawn in full: the root, and this many above ourselves. */
const ABOVE = 3

export function layOutTree(snapshot: RouterSnapshot): TreePicture {
  const depth = snapshot.coords.length
  const hidden = Math.max(0, depth - ABOVE - 1)
  const rowOf = (level: number): number => (level === 0 ? 0 : Math.max(1, level - hidden))
  const chain: TreeNode[] = []
  for (let level = 0; level < depth; level += 1) {
    if (level > 0 && level <= hidden) continue
    const isParent = level === depth - 1
    const role = isParent ? 'parent' : level === 0 ? 'root' : 'ancestor'
    const key = isParent ? (snapshot.parent ?? undefined) : level === 0 ? snapshot.root.key : undefined
    chain.push({ key, role, column: 0, row: rowOf(level) })
  }
  const self: TreeNode = { key: snapshot.key, role: 'self', column: 0, row: rowOf(depth) }
  chain.push(self)

  const edges: TreeEdge[] = chain
    .slice(1)
    .map((to, at) => ({ from: chain[at] as TreeNode, to, kind: 'tree' }))
  const nodes = [...chain]
  const taken = new Map<number, number>()
  const seen = new Set(chain.flatMap(({ key }) => (key === undefined ? [] : [key])))
  for (const peer of snapshot.peers) {
    if (seen.has(peer.key)) continue
    seen.add(peer.key)
    const level = peer.coords?.length ?? depth + 1
    const row = Math.min(Math.max(rowOf(Math.min(level, depth + 1)), 0), self.row + 1)
    const count = taken.get(row) ?? 0
    taken.set(row, count + 1)
    const isChild = isBelow(snapshot.coords, peer.coords)
    const isFree = isChild || row > self.row
    const side = isFree ? spread(count) : spread(count + 1)
    const node: TreeNode = { key: peer.key, role: 'peer', column: side, row }
    nodes.push(node)
    edges.push({ from: self, to: node, kind: isChild ? 'tree' : 'peering' })
  }
  const widest = Math.max(...nodes.map(({ column }) => Math.abs(column)))
  const deepest = Math.max(...nodes.map(({ row }) => row))
  return { nodes, edges, columns: 2 * widest + 1, rows: deepest + 1, hidden }
}

export interface RingPoint {
  readonly key: string
  /** In turns, clockwise from the top: the key as a fraction of all keys. */
  readonly turn: number
  readonly role: 'self' | 'below' | 'above' | 'peer' | 'route'
}

/** All keys that the node knows of, lowest first. */
export function layOutRing(snapshot: RouterSnapshot): readonly RingPoint[] {
  const peers = new Set(snapshot.peers.map((peer) => peer.key))
  const known = new Set([...peers, ...snapshot.routes.map((route) => route.key), snapshot.root.key])
  known.delete(snapshot.key)
  const keys = [...known].sort()
  const above = keys.find((key) => key > snapshot.key)
  const below = snapshot.descending
  const role = (key: string): RingPoint['role'] => {
    if (key === snapshot.key) return 'self'
    if (key === below) return 'below'
    if (key === above) return 'above'
    return peers.has(key) ? 'peer' : 'route'
  }
  return [...keys, snapshot.key]
    .sort()
    .map((key) => ({ key, turn: Number.parseInt(key.slice(0, 8), 16) / 2 ** 32, role: role(key) }))
}

/** 0, 1, -1, 2, -2, … */
function spread(count: number): number {
  const distance = Math.ceil(count / 2)
  return count % 2 === 1 ? distance : -distance || 0
}

function isBelow(ours: readonly string[], theirs: readonly string[] | null): boolean {
  if (theirs === null || theirs.length !== ours.length + 1) return false
  return ours.every((port, at) => port === theirs[at])
}
