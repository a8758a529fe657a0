// XOR by a key of four bytes, as what clients send is masked (RFC 6455 section 5.3), four bytes at a time.

/** Less than this isn't worth finding where words begin. */
const SHORT = 16

const word = new Uint32Array(1)
const wordBytes = new Uint8Array(word.buffer)

/** Masks or unmasks bytes where they are. `phase`: how many bytes the key was used for before. */
export function mask(bytes: Uint8Array, key: Uint8Array, phase = 0): void {
  if (bytes.length < SHORT) return maskBytes(bytes, 0, bytes.length, key, phase)
  const head = -bytes.byteOffset & 3
  maskBytes(bytes, 0, head, key, phase)
  for (let index = 0; index < 4; index += 1) wordBytes[index] = key[(phase + head + index) & 3] as number
  const keyWord = word[0] as number
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2)
  for (let index = 0; index < words.length; index += 1) words[index] = (words[index] as number) ^ keyWord
  const tail = head + words.length * 4
  maskBytes(bytes, tail, bytes.length, key, phase)
}

function maskBytes(bytes: Uint8Array, start: number, end: number, key: Uint8Array, phase: number): void {
  for (let at = start; at < end; at += 1) {
    bytes[at] = (bytes[at] as number) ^ (key[(phase + at) & 3] as number)
  }
}
