interface Waiter<T> {
  resolve(value: T): void
  reject(reason: unknown): void
}

/** Callers that wait for something, each of whom may give up. */
export class Waiters<T> {
  readonly #waiting = new Set<Waiter<T>>()

  get length(): number {
    return this.#waiting.size
  }

  /** Rejects with the signal's reason when it aborts, after `onGiveUp`. */
  wait(signal?: AbortSignal, onGiveUp?: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(waiter)
        signal?.removeEventListener('abort', giveUp)
      }
      const waiter: Waiter<T> = {
        resolve: (value) => {
          settle()
          resolve(value)
        },
        reject: (reason) => {
          settle()
          reject(reason)
        },
      }
      const giveUp = (): void => {
        waiter.reject(signal?.reason)
        onGiveUp?.()
      }
      this.#waiting.add(waiter)
      signal?.addEventListener('abort', giveUp)
    })
  }

  /** The one that has waited longest. */
  resolveNext(value: T): void {
    const [first] = this.#waiting
    first?.resolve(value)
  }

  resolveAll(value: T): void {
    for (const waiter of [...this.#waiting]) waiter.resolve(value)
  }

  rejectAll(reason: unknown): void {
    for (const waiter of [...this.#waiting]) waiter.reject(reason)
  }
}
