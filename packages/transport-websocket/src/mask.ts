/** Less than this isn't worth finding where words begin. */
const SHORT = 64

const words = new BigUint64Array(1)
const wordBytes = new Uint8Array(words.buffer)

/**
 * Masks bytes where they are, or unmasks them, which is the same (RFC 6455 section 5.3). `key` has four bytes, of which
 * the one at `phase` comes first.
 */
export function mask(bytes: Uint8Array, key: Uint8Array, phase = 0): void {
  if (bytes.length < SHORT) return maskBytes(bytes, 0, bytes.length, key, phase)
  const start = -bytes.byteOffset & 7
  const aligned = new BigUint64Array(bytes.buffer, bytes.byteOffset + start, (bytes.length - start) >> 3)
  for (let index = 0; index < 8; index += 1) wordBytes[index] = key[(phase + start + index) & 3] as number
  maskBytes(bytes, 0, start, key, phase)
  maskWords(aligned, words[0] as bigint)
  return maskBytes(bytes, start + aligned.byteLength, bytes.length, key, phase)
}

function maskBytes(bytes: Uint8Array, start: number, end: number, key: Uint8Array, phase: number): void {
  for (let at = start; at < end; at += 1) {
    bytes[at] = (bytes[at] as number) ^ (key[(phase + at) & 3] as number)
  }
}

/** Four words a round take half the time of one, and words of 64 bits half the time of those of 32. */
function maskWords(aligned: BigUint64Array, key: bigint): void {
  const rounds = aligned.length & ~3
  for (let at = 0; at < rounds; at += 4) {
    aligned[at] = (aligned[at] as bigint) ^ key
    aligned[at + 1] = (aligned[at + 1] as bigint) ^ key
    aligned[at + 2] = (aligned[at + 2] as bigint) ^ key
    aligned[at + 3] = (aligned[at + 3] as bigint) ^ key
  }
  for (let at = rounds; at < aligned.length; at += 1) aligned[at] = (aligned[at] as bigint) ^ key
}
