/** Values for one consumer, who may be late. Whoever pushes keeps it short. */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #values: T[] = []
  readonly #waiting: Array<(result: IteratorResult<T>) => void> = []
  #ended = false

  get length(): number {
    return this.#values.length
  }

  push(value: T): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#values.push(value)
    else next({ value, done: false })
  }

  /** No more values will come. Those that wait can still be taken. */
  end(): void {
    this.#ended = true
    for (const next of this.#waiting.splice(0)) next({ value: undefined, done: true })
  }

  /** Takes all values that wait. */
  clear(): T[] {
    return this.#values.splice(0)
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => {
        if (this.#values.length > 0) return Promise.resolve({ value: this.#values.shift() as T, done: false })
        if (this.#ended) return Promise.resolve({ value: undefined, done: true })
        return new Promise((resolve) => this.#waiting.push(resolve as (result: IteratorResult<T>) => void))
      },
      return: () => Promise.resolve({ value: undefined, done: true }),
    }
  }
}
