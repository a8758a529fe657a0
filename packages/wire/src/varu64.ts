import { WireError } from './errors.ts'

/** The longest encoding, in bytes. */
export const MAX_VARU64_LENGTH = 10

const MAX_VALUE = 2n ** 64n - 1n
const GROUP_BITS = 7n

/**
 * The encoding of a number below 2⁶⁴: base-128 groups, most significant first, top bit set on all but the
 * last byte (PROTOCOL.md section 1). Throws a WireError `out-of-range` for other numbers.
 */
export function encodeVaru64(value: bigint): Uint8Array {
  if (value < 0n || value > MAX_VALUE) throw new WireError('out-of-range', 0)
  const bytes = new Uint8Array(varu64Length(value))
  let rest = value
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    bytes[at] = Number(rest & 0x7fn) | (at === bytes.length - 1 ? 0 : 0x80)
    rest >>= GROUP_BITS
  }
  return bytes
}

/** How many bytes the encoding takes. */
export function varu64Length(value: bigint): number {
  let length = 1
  for (let rest = value >> GROUP_BITS; rest > 0n; rest >>= GROUP_BITS) length += 1
  return length
}

/**
 * The value at `offset` and the offset after it. Throws a WireError `truncated`, `overlong-varu64` or
 * `varu64-overflow` at `offset`.
 */
export function decodeVaru64(bytes: Uint8Array, offset = 0): { value: bigint; end: number } {
  if (bytes[offset] === 0x80) throw new WireError('overlong-varu64', offset)
  let value = 0n
  for (let end = offset; end < offset + MAX_VARU64_LENGTH; ) {
    const byte = bytes[end]
    if (byte === undefined) throw new WireError('truncated', offset)
    value = (value << GROUP_BITS) | BigInt(byte & 0x7f)
    end += 1
    if (byte < 0x80) {
      if (value > MAX_VALUE) break
      return { value, end }
    }
  }
  throw new WireError('varu64-overflow', offset)
}
