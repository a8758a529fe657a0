// Numbers and keys as people read them.
import type { Key } from '@snek/wire'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `1.5 MB`: decimal units, three digits at most. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

/** `12.3 MB/s`. */
export function formatRate(bytes: number, milliseconds: number): string {
  return `${formatBytes(milliseconds > 0 ? (bytes * 1000) / milliseconds : 0)}/s`
}

/** `850 ms`, `4.2 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  const pad = (value: number): string => String(value).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${pad(Math.floor((seconds % 3600) / 60))} min`
}

/** Round-trip times, in milliseconds with two digits. */
export function formatMilliseconds(milliseconds: number): string {
  return `${milliseconds.toFixed(2)} ms`
}

/** `12:00:01`, where the user is. */
export function formatTime(time: Date): string {
  return time.toTimeString().slice(0, 8)
}

/** A key as people tell it from others: its first eight digits. */
export function shortKey(hex: string): string {
  return hex.slice(0, 8)
}

/** `1.4`, or `root` for the empty coordinates of a root. */
export function formatCoordinates(coordinates: readonly string[]): string {
  return coordinates.length === 0 ? 'root' : coordinates.join('.')
}

/** A key as a host name, for programs that refuse one of 64 characters: `KEY52.snek`. */
export function hostName(key: Key): string {
  return `${key.toBase32()}.snek`
}
