// The progress of a transfer on a terminal.
import { formatBytes, formatDuration, formatRate } from './format.ts'
import { draw } from './output.ts'

/** Milliseconds between two drawings. */
const REDRAW = 100
const BAR_WIDTH = 28

/** Counts bytes, and draws them where stderr is a terminal. */
export class Progress {
  readonly #label: string
  readonly #total: number | undefined
  readonly #started: number = performance.now()
  readonly #visible: boolean
  #bytes = 0
  #drawn = 0

  /** `total` in bytes, where it is known. */
  constructor(label: string, total: number | undefined, visible: boolean) {
    this.#label = label
    this.#total = total
    this.#visible = visible
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Milliseconds since the start. */
  get elapsed(): number {
    return performance.now() - this.#started
  }

  add(bytes: number): void {
    this.#bytes += bytes
    if (!this.#visible || performance.now() - this.#drawn < REDRAW) return
    this.#drawn = performance.now()
    draw(formatProgress(this.#label, this.#bytes, this.#total, this.elapsed))
  }

  /** Takes the drawing away. */
  end(): void {
    if (this.#visible) draw('')
  }
}

/** `photo.jpg  ━━━━━━━━━━──────  62 %  6.2 MB of 10.0 MB  11.6 MB/s  0.3 s left` */
export function formatProgress(
  label: string,
  bytes: number,
  total: number | undefined,
  elapsed: number,
): string {
  const rate = formatRate(bytes, elapsed)
  if (total === undefined) return `${label}  ${formatBytes(bytes)}  ${rate}`
  const share = total === 0 ? 1 : Math.min(1, bytes / total)
  const done = Math.round(share * BAR_WIDTH)
  const bar = '━'.repeat(done) + '─'.repeat(BAR_WIDTH - done)
  const percent = `${Math.floor(share * 100)} %`.padStart(5)
  const left = bytes === 0 ? '' : `  ${formatDuration((elapsed / bytes) * (total - bytes))} left`
  return `${label}  ${bar} ${percent}  ${formatBytes(bytes)} of ${formatBytes(total)}  ${rate}${left}`
}
