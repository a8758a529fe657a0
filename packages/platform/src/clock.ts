/** A timer that was set; only good for handing back to the clock that set it. */
export type TimerHandle = { readonly __timer: unique symbol } | object | number

/**
 * Time as an argument. Cores never read a clock of their own, so the same code runs under Node's clock,
 * under a simulator's, and in tests.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. Never goes backwards. */
  now(): number
  /** Calls back once, `delay` milliseconds from now. */
  setTimeout(callback: () => void, delay: number): TimerHandle
  /** Does nothing for a timer that has run or was cleared. */
  clearTimeout(handle: TimerHandle): void
}
