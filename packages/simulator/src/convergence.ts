// Whether the nodes of a network agree on what the network looks like.
import { compareKeys } from '@snek/wire'
import type { SimulatedLink } from './link.ts'
import type { SimulatedNode } from './node.ts'

/** The nodes in groups that are linked with one another, by way of links that are up. */
export function components(
  nodes: Iterable<SimulatedNode>,
  links: Iterable<SimulatedLink>,
): readonly SimulatedNode[][] {
  const neighbours = new Map<SimulatedNode, SimulatedNode[]>([...nodes].map((node) => [node, []]))
  for (const { isUp, ends } of links) {
    const [a, b] = ends
    const [ofA, ofB] = [neighbours.get(a), neighbours.get(b)]
    if (!isUp || ofA === undefined || ofB === undefined) continue
    ofA.push(b)
    ofB.push(a)
  }
  const groups: SimulatedNode[][] = []
  const seen = new Set<SimulatedNode>()
  for (const first of neighbours.keys()) {
    if (seen.has(first)) continue
    const group = [first]
    seen.add(first)
    for (const node of group) {
      for (const next of neighbours.get(node) ?? []) {
        if (seen.has(next)) continue
        seen.add(next)
        group.push(next)
      }
    }
    groups.push(group)
  }
  return groups
}

/**
 * What is still wrong in a group of linked nodes, in words; none if it has converged: all follow the highest key
 * as root, at the latest sequence, and everyone knows the next lower key.
 */
export function disagreements(group: readonly SimulatedNode[]): string[] {
  const sorted = [...group].sort((a, b) => compareKeys(a.key, b.key))
  const top = sorted.at(-1)
  if (top === undefined) return []
  const { sequence } = top.router.snapshot().root
  return sorted.flatMap((node, index) => {
    const { root, parent, descending } = node.router.snapshot()
    const lower = sorted[index - 1]?.key.hex ?? null
    const wrong: string[] = []
    if (root.key !== top.key.hex) wrong.push(`${node.name} follows ${nameOf(root.key, group)}`)
    else if (root.sequence !== sequence)
      wrong.push(`${node.name} is at sequence ${root.sequence} of ${sequence}`)
    if ((parent === null) !== (node === top)) wrong.push(`${node.name} has parent ${nameOf(parent, group)}`)
    if (descending !== lower) {
      wrong.push(`${node.name} descends to ${nameOf(descending, group)}, not ${nameOf(lower, group)}`)
    }
    return wrong
  })
}

function nameOf(key: string | null, group: readonly SimulatedNode[]): string {
  return group.find((node) => node.key.hex === key)?.name ?? shortOf(key)
}

function shortOf(key: string | null): string {
  return key === null ? 'nobody' : key.slice(0, 8)
}
