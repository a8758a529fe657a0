import type { Clock, TimerHandle } from './clock.ts'

/** The platform's clock and timers. Setting the machine's clock back doesn't set this one back. */
export function systemClock(): Clock {
  return {
    now: () => performance.timeOrigin + performance.now(),
    setTimeout: (callback, delay) => setTimeout(callback, delay),
    clearTimeout: (handle: TimerHandle) => clearTimeout(handle as NodeJS.Timeout),
  }
}
