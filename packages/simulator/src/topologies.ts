// Shapes of networks: which of `count` nodes, by index, are linked. All are connected.

/** The indices of two nodes that are linked. */
export type Edge = readonly [number, number]

/** Bytes that look random and are the same for the same seed. */
export type Random = (length: number) => Uint8Array

/** Each node with the next. */
export function line(count: number): Edge[] {
  return Array.from({ length: Math.max(0, count - 1) }, (_, index) => [index, index + 1] as const)
}

/** A line whose ends meet. */
export function ring(count: number): Edge[] {
  return count > 2 ? [...line(count), [count - 1, 0]] : line(count)
}

/** All with the first. */
export function star(count: number): Edge[] {
  return Array.from({ length: Math.max(0, count - 1) }, (_, index) => [0, index + 1] as const)
}

/** Each node with a random earlier one. */
export function tree(count: number, random: Random): Edge[] {
  return line(count).map(([, node]) => [below(node, random), node] as const)
}

/** A random tree with `chords` more links, as far as there are places for them; no two nodes are linked twice. */
export function randomGraph(count: number, chords: number, random: Random): Edge[] {
  const edges = tree(count, random)
  const linked = new Set(edges.map(String))
  const places = (count * (count - 1)) / 2
  while (edges.length < Math.min(count - 1 + chords, places)) {
    const [a, b] = [below(count, random), below(count, random)]
    const edge: Edge = [Math.min(a, b), Math.max(a, b)]
    if (a === b || linked.has(String(edge))) continue
    linked.add(String(edge))
    edges.push(edge)
  }
  return edges
}

/** A whole number from 0, below `limit`. */
export function below(limit: number, random: Random): number {
  const bytes = random(4)
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % limit
}
