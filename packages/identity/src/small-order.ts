import { encodeHex } from '@snek/wire'

/** Every y of a point of small order, reduced or not, as it is encoded with the sign bit cleared. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/** Whether 32 bytes encode a point whose order divides 8. */
export function isSmallOrder(point: Uint8Array): boolean {
  const unsigned = Uint8Array.from(point)
  unsigned[31] = (unsigned[31] as number) & 0x7f
  return SMALL_ORDER.has(encodeHex(unsigned))
}
