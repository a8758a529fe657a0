// A small pattern that a key makes: keys are told apart at a glance by it, and by nothing else.
import type { JSX } from 'preact'

const CELLS = 5
const HALF = Math.ceil(CELLS / 2)

export function Glyph({ hex, size = 32 }: { hex: string; size?: number }): JSX.Element {
  const bytes = Array.from({ length: 16 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16) || 0)
  const hue = Math.round(((bytes[0] ?? 0) * 360) / 256)
  const cells = Array.from({ length: CELLS * HALF }, (_, at) => ((bytes[1 + (at % 15)] ?? 0) >> 3) % 2 === 1)
  return (
    <svg class="glyph" width={size} height={size} viewBox="0 0 7 7" aria-hidden="true">
      <rect width="7" height="7" rx="1.6" fill={`hsl(${hue} 42% 50% / 22%)`} />
      {cells.flatMap((filled, at) => {
        if (!filled) return []
        const [x, y] = [at % HALF, Math.floor(at / HALF)]
        const columns = x === HALF - 1 ? [x] : [x, CELLS - 1 - x]
        return columns.map((column) => (
          <rect
            key={`${column} ${y}`}
            x={column + 1}
            y={y + 1}
            width="1.02"
            height="1.02"
            fill={`hsl(${hue} 50% 48%)`}
          />
        ))
      })}
    </svg>
  )
}
