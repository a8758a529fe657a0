import { encodeHex } from '@snek/wire'

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function concat(...parts: readonly (Uint8Array | readonly number[] | number)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])))
}

export function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte)
}

/** A seed for key number so and so. */
export function seedOf(number: number): Uint8Array {
  return new Uint8Array(32).fill(number)
}

/** The bytes with some of them replaced. */
export function replaced(bytes: Uint8Array, offset: number, values: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy.set(values, offset)
  return copy
}

/** As the reference vectors are written: fields in alphabetical order, one space a level. */
export function toText(cases: readonly object[]): string {
  return `${JSON.stringify(cases, sorted, 1)}\n`
}

function sorted(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return encodeHex(value)
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
