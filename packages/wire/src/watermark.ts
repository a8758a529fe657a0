import { concat } from './bytes.ts'
import { compareKeys, KEY_LENGTH, Key } from './key.ts'
import { encodeVaru64 } from './varu64.ts'

/** Whom a tree hangs on, and which of its announcements is meant (PROTOCOL.md section 1). */
export type Root = { readonly key: Key; readonly sequence: bigint }

/** The best candidate that a frame has met on its way (PROTOCOL.md section 1). */
export type Watermark = { readonly key: Key; readonly sequence: bigint }

/** What a frame starts with: the highest key. */
export const INITIAL_WATERMARK: Watermark = Object.freeze({
  key: Key.from(new Uint8Array(KEY_LENGTH).fill(0xff)),
  sequence: 0n,
})

/** Whether `a` is further from the destination than `b`, or older at the same key. */
export function isWorseWatermark(a: Watermark, b: Watermark): boolean {
  const order = compareKeys(a.key, b.key)
  return order > 0 || (order === 0 && a.sequence !== 0n && a.sequence < b.sequence)
}

/** The encoding of a root or a watermark: key, then sequence as varu64. */
export function encodeSequencedKey(value: Root | Watermark): Uint8Array {
  return concat(value.key.toBytes(), encodeVaru64(value.sequence))
}
