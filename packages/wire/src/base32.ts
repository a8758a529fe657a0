// RFC 4648 base32 without padding: a key in 52 characters, few enough for a DNS label.
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const GROUP = 5

export function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let pending = 0
  let bits = 0
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    bits += 8
    while (bits >= GROUP) {
      bits -= GROUP
      text += ALPHABET.charAt((pending >> bits) & 31)
    }
    pending &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + ALPHABET.charAt(pending << (GROUP - bits))
}

/** Characters in either case; undefined for others, or if the bits left over at the end aren't zero. */
export function decodeBase32(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  let pending = 0
  let bits = 0
  for (const character of text.toLowerCase()) {
    const value = ALPHABET.indexOf(character)
    if (value === -1) return undefined
    pending = (pending << GROUP) | value
    bits += GROUP
    if (bits < 8) continue
    bits -= 8
    bytes.push(pending >> bits)
    pending &= (1 << bits) - 1
  }
  return pending === 0 && bits < GROUP ? Uint8Array.from(bytes) : undefined
}
