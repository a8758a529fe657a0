import { createHash } from 'node:crypto'

/** Bytes without a pattern, the same each time. */
export function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let block = createHash('sha256').update('snek').digest()
  for (let offset = 0; offset < length; offset += block.length) {
    bytes.set(block.subarray(0, length - offset), offset)
    block = createHash('sha256').update(block).digest()
  }
  return bytes
}
