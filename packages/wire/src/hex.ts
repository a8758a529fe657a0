const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const DIGITS = /^(?:[0-9a-f]{2})*$/i

/** Lower-case hex digits, two a byte. */
export function encodeHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += PAIRS[byte]
  return text
}

/** The bytes of hex digits in either case; undefined for anything else. */
export function decodeHex(text: string): Uint8Array | undefined {
  if (!DIGITS.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  )
}
