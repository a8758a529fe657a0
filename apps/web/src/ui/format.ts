// Numbers and times for people.

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

export function formatBytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  const name = unit === 0 && count === 1 ? 'byte' : UNITS[unit]
  return `${value.toFixed(digits)} ${name}`
}

/** Bytes a second. */
export function formatRate(rate: number): string {
  return `${formatBytes(Math.round(rate))}/s`
}

/** The time of day, and the date unless it is today. */
export function formatTime(time: number, now: number = Date.now()): string {
  const date = new Date(time)
  const clock = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  if (date.toDateString() === new Date(now).toDateString()) return clock
  return `${date.toLocaleDateString([], { day: 'numeric', month: 'short' })}, ${clock}`
}

export function formatMilliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`
}
