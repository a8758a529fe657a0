// Repeats something for a while and says how long it takes at best; the machine's other work only adds.

/** Nanoseconds that one of `count` calls takes, at best of several rounds. */
export function nanoseconds(count: number, call: (index: number) => void, rounds = 5): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now()
    for (let index = 0; index < count; index += 1) call(index)
    best = Math.min(best, ((performance.now() - start) * 1e6) / count)
  }
  return best
}

/** The longest of the calls, in milliseconds. */
export function longest(count: number, call: (index: number) => void): number {
  let most = 0
  for (let index = 0; index < count; index += 1) {
    const start = performance.now()
    call(index)
    most = Math.max(most, performance.now() - start)
  }
  return most
}
