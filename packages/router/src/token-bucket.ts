/** Allows a number of things a second, and as many at once. */
export class TokenBucket {
  readonly #rate: number
  #tokens: number
  #time: number

  constructor(perSecond: number, now: number) {
    this.#rate = perSecond
    this.#tokens = perSecond
    this.#time = now
  }

  /** Whether one more is allowed now; if so, it counts, for several if it is a big one. */
  take(now: number, count = 1): boolean {
    this.#tokens = Math.min(this.#rate, this.#tokens + ((now - this.#time) * this.#rate) / 1000)
    this.#time = now
    // What was added in fractions may lack the last bit of a whole.
    if (this.#tokens < 1 - 1e-6) return false
    this.#tokens -= count
    return true
  }

  /** When one will be allowed, after one wasn't. */
  get nextAt(): number {
    return this.#time + (Math.max(0, 1 - this.#tokens) * 1000) / this.#rate
  }
}
