// A picture of the nodes around this one. It is small by nature (a page has a few peers), so it is plain SVG:
// text stays text, colours follow the theme.
import type { JSX } from 'preact'
import { nameOf } from './names.ts'
import {
  layOutRing,
  layOutTree,
  type RingPoint,
  type TreeEdge,
  type TreeNode,
  type TreePicture,
} from './neighbourhood-layout.ts'
import type { NodeStatus } from './protocol.ts'

const COLUMN = 112
const ROW = 56
const MARGIN = 34
/** Rings are drawn in a square of this side, with room for names on both sides. */
const RING = 300
const ASIDE = 70
const RADIUS = 96

export function Neighbourhood({ node }: { node: NodeStatus }): JSX.Element | null {
  const { snapshot } = node
  if (snapshot === undefined) return null
  const tree = layOutTree(snapshot)
  const ring = layOutRing(snapshot)
  return (
    <section class="card neighbourhood" aria-labelledby="neighbourhood">
      <header>
        <h2 id="neighbourhood">Neighbourhood</h2>
        <span class="muted small numbers">
          {ring.length === 1 ? 'alone so far' : `${ring.length} known keys`}
        </span>
      </header>
      <div class="pictures">
        <figure>
          <Tree picture={tree} />
          <figcaption class="muted small">
            The tree: {describePlace(snapshot.coords.length)}
            {tree.hidden > 0 ? `, ${tree.hidden} not drawn` : ''}
          </figcaption>
        </figure>
        <figure>
          <Ring points={ring} />
          <figcaption class="muted small">The snake: keys in order, and the next ones to yours</figcaption>
        </figure>
      </div>
    </section>
  )
}

function describePlace(depth: number): string {
  if (depth === 0) return 'this node is its root'
  return depth === 1 ? 'one hop below the root' : `${depth} hops below the root`
}

function Tree({ picture }: { picture: TreePicture }): JSX.Element {
  const width = Math.max(picture.columns * COLUMN, RING)
  const height = (picture.rows - 1) * ROW + 2 * MARGIN + 14
  const at = ({ column, row }: TreeNode): { x: number; y: number } => ({
    x: width / 2 + column * COLUMN,
    y: MARGIN + row * ROW,
  })
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={describeTree(picture)}
      style={{ maxWidth: `${width}px` }}
    >
      {picture.edges.map((edge, index) => (
        <Edge
          key={index}
          edge={edge}
          at={at}
          dashed={picture.hidden > 0 && edge.from.row === 0 && edge.to.row === 1}
        />
      ))}
      {picture.nodes.map((node) => {
        const { x, y } = at(node)
        return (
          <g
            key={`${node.row} ${node.column}`}
            class={`node ${node.role}`}
            transform={`translate(${x} ${y})`}
          >
            <circle r={node.role === 'self' ? 11 : node.key === undefined ? 4 : 8} />
            {node.key === undefined ? null : <Name node={node} label={label(node.key)} />}
          </g>
        )
      })}
    </svg>
  )
}

/** Ours stands on the left, for peers are drawn to the right first. */
function Name({ node, label: text }: { node: TreeNode; label: string }): JSX.Element {
  const isLeft = node.role === 'self' || node.column < 0
  return (
    <text x={isLeft ? -18 : 16} y="4" style={{ textAnchor: isLeft ? 'end' : 'start' }}>
      {text}
    </text>
  )
}

interface EdgeProps {
  readonly edge: TreeEdge
  readonly at: (node: TreeNode) => { x: number; y: number }
  readonly dashed: boolean
}

function Edge({ edge, at, dashed }: EdgeProps): JSX.Element {
  const from = at(edge.from)
  const to = at(edge.to)
  return (
    <line class={`edge ${edge.kind}${dashed ? ' dashed' : ''}`} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
  )
}

function Ring({ points }: { points: readonly RingPoint[] }): JSX.Element {
  const self = points.find((point) => point.role === 'self')
  const below = points.find((point) => point.role === 'below')
  const above = points.find((point) => point.role === 'above')
  const arcs = [below && self && arc(below.turn, self.turn), above && self && arc(self.turn, above.turn)]
  return (
    <svg
      viewBox={`${-ASIDE} 20 ${RING + 2 * ASIDE} ${RING - 40}`}
      role="img"
      aria-label={describeRing(points)}
      style={{ maxWidth: `${RING + 2 * ASIDE}px` }}
    >
      <circle class="ring" cx={RING / 2} cy={RING / 2} r={RADIUS} />
      {arcs.map((path, index) => (path === undefined ? null : <path key={index} class="arc" d={path} />))}
      {points.map((point) => {
        const { x, y } = onRing(point.turn, RADIUS)
        const outside = onRing(point.turn, RADIUS + 18)
        const anchor = outside.x < RING / 2 - 12 ? 'end' : outside.x > RING / 2 + 12 ? 'start' : 'middle'
        return (
          <g key={point.key} class={`node ${point.role}`}>
            <circle cx={x} cy={y} r={point.role === 'self' ? 9 : point.role === 'route' ? 3.5 : 6} />
            {point.role === 'route' ? null : (
              <text x={outside.x} y={outside.y + 4} style={{ textAnchor: anchor }}>
                {label(point.key)}
              </text>
            )}
          </g>
        )
      })}
    </svg>
  )
}

function onRing(turn: number, radius: number): { x: number; y: number } {
  const angle = 2 * Math.PI * turn - Math.PI / 2
  return { x: RING / 2 + radius * Math.cos(angle), y: RING / 2 + radius * Math.sin(angle) }
}

/** From a lower key up to a higher one. */
function arc(from: number, to: number): string {
  const [start, end] = [onRing(from, RADIUS), onRing(to, RADIUS)]
  return `M${start.x} ${start.y}A${RADIUS} ${RADIUS} 0 ${to - from > 0.5 ? 1 : 0} 1 ${end.x} ${end.y}`
}

const LABEL = 11

function label(key: string): string {
  const name = nameOf(key)
  return name.length > LABEL ? `${name.slice(0, LABEL - 1)}…` : name
}

function describeTree({ nodes }: TreePicture): string {
  const named = nodes.flatMap(({ key, role }) =>
    key === undefined || role === 'self' ? [] : [`${role} ${nameOf(key)}`],
  )
  return named.length === 0 ? 'Your node, alone' : `Your node with ${named.join(', ')}`
}

function describeRing(points: readonly RingPoint[]): string {
  const say = (role: RingPoint['role'], words: string): string => {
    const point = points.find((candidate) => candidate.role === role)
    return point === undefined ? `none ${words}` : `${nameOf(point.key)} ${words}`
  }
  return `Keys in order: ${say('below', 'next below yours')}, ${say('above', 'next above')}`
}
