const DIGIT_CODES = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
const DIGITS = /^(?:[0-9a-f]{2})*$/i

/** Bytes that are made text at once: a call takes only so many arguments. */
const PIECE = 1024

/** Lower-case hex digits, two a byte. */
export function encodeHex(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += PIECE) text += encodePiece(bytes.subarray(at, at + PIECE))
  return text
}

/** From character codes: a text that is put together digit by digit takes ten times its memory. */
function encodePiece(bytes: Uint8Array): string {
  const codes = new Array<number>(2 * bytes.length)
  for (const [at, byte] of bytes.entries()) {
    codes[2 * at] = DIGIT_CODES[byte >> 4] as number
    codes[2 * at + 1] = DIGIT_CODES[byte & 15] as number
  }
  return String.fromCharCode.apply(undefined, codes)
}

/** The bytes of hex digits in either case; undefined for anything else. */
export function decodeHex(text: string): Uint8Array | undefined {
  if (!DIGITS.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  )
}
