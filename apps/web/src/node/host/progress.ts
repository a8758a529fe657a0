/** Shown at most this often, in milliseconds. */
const INTERVAL = 150

/** Tells how far something is, but not too often. */
export class Progress {
  readonly #show: (reached: number) => void
  #shownAt = 0

  constructor(show: (reached: number) => void) {
    this.#show = show
  }

  reach(count: number): void {
    const now = performance.now()
    if (now - this.#shownAt < INTERVAL) return
    this.#shownAt = now
    this.#show(count)
  }
}
