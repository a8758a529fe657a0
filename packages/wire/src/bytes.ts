import { WireError } from './errors.ts'

const MAX_U16 = 0xffff

/** Two bytes, big-endian. Throws a WireError `too-long` for a length that they can't hold. */
export function u16(length: number): Uint8Array {
  if (length > MAX_U16) throw new WireError('too-long', 0)
  return Uint8Array.of(length >> 8, length & 0xff)
}

/** One byte. Throws a WireError `out-of-range` for what isn't one. */
export function u8(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new WireError('out-of-range', 0)
  return value
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
