// The spanning tree as a small picture.

/** A node's name and where it stands in the tree: the ports on the way from the root. */
export interface Place {
  readonly name: string
  readonly coordinates: readonly string[]
}

/** One line a node, children below their parent, with the port that leads there. */
export function drawTree(places: readonly Place[]): string[] {
  const root = places.find(({ coordinates }) => coordinates.length === 0)
  if (root === undefined) throw new Error('none of the nodes is the root')
  return [`${root.name}  root`, ...drawChildren(places, root)]
}

function drawChildren(places: readonly Place[], parent: Place): string[] {
  const children = places.filter((place) => isChild(place, parent))
  return children.flatMap((child, index) => {
    const last = index === children.length - 1
    const line = `${last ? '└─' : '├─'} ${child.name}  coordinates ${child.coordinates.join('.')}`
    const below = drawChildren(places, child).map((text) => `${last ? '  ' : '│ '} ${text}`)
    return [line, ...below]
  })
}

function isChild({ coordinates }: Place, parent: Place): boolean {
  if (coordinates.length !== parent.coordinates.length + 1) return false
  return parent.coordinates.every((port, index) => coordinates[index] === port)
}

/** The way along the tree: up from `from` to the node that both are below, and down to `to`. */
export function wayAlongTree(places: readonly Place[], from: Place, to: Place): Place[] {
  let shared = 0
  while (shared < from.coordinates.length && from.coordinates[shared] === to.coordinates[shared]) shared++
  const above = (place: Place, length: number): Place => {
    const found = places.find(
      ({ coordinates }) => coordinates.join() === place.coordinates.slice(0, length).join(),
    )
    if (found === undefined) throw new Error(`nobody stands above ${place.name}`)
    return found
  }
  const up = range(from.coordinates.length, shared).map((length) => above(from, length))
  const down = range(to.coordinates.length, shared + 1).map((length) => above(to, length))
  return [...up, ...down.reverse()]
}

/** `high`, `high - 1`, … `low`. */
function range(high: number, low: number): number[] {
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, index) => high - index)
}
