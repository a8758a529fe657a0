import type { Clock, TimerHandle } from '../clock.ts'

interface Timer {
  readonly due: number
  readonly order: number
  readonly callback: () => void
}

/**
 * A clock that stands still until a test moves it. Timers run in the order in which they are due, those due
 * at once in the order in which they were set; all within `advance`, one after the other.
 */
export class VirtualClock implements Clock {
  #now: number
  #set = 0
  /** Sorted. */
  readonly #timers: Timer[] = []

  constructor(now = 1_800_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, delay: number): TimerHandle {
    const timer: Timer = { due: this.#now + Math.max(0, delay), order: this.#set++, callback }
    this.#timers.splice(this.#position(timer), 0, timer)
    return timer
  }

  clearTimeout(handle: TimerHandle): void {
    const timer = handle as Timer
    const position = this.#position(timer)
    if (this.#timers[position] === timer) this.#timers.splice(position, 1)
  }

  get pendingTimers(): number {
    return this.#timers.length
  }

  /** Moves on by so many milliseconds, through every timer on the way. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    while (this.#runNext(end));
    this.#now = end
  }

  /** Moves from timer to timer until `predicate` holds; throws if that takes more than so many milliseconds. */
  runUntil(predicate: () => boolean, deadline: number): void {
    const end = this.#now + deadline
    while (!predicate()) {
      if (this.#runNext(end)) continue
      this.#now = end
      if (predicate()) return
      throw new Error(`not so within ${deadline} ms of virtual time`)
    }
  }

  #runNext(end: number): boolean {
    const [timer] = this.#timers
    if (timer === undefined || timer.due > end) return false
    this.#timers.shift()
    this.#now = timer.due
    timer.callback()
    return true
  }

  /** Where the timer is, or belongs. */
  #position(timer: Timer): number {
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#timers[middle] as Timer
      if (other.due < timer.due || (other.due === timer.due && other.order < timer.order)) low = middle + 1
      else high = middle
    }
    return low
  }
}
