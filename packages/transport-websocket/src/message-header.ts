/**
 * The header of a whole binary message of less than 64 KiB (RFC 6455 section 5.2). `key`: the four bytes that it is masked
 * by, as a client's must be.
 */
export function messageHeader(length: number, key: Uint8Array = new Uint8Array()): Uint8Array {
  const masked = key.length > 0 ? 0x80 : 0
  const lengths = length < 126 ? [masked | length] : [masked | 126, length >> 8, length & 0xff]
  return Uint8Array.of(0x82, ...lengths, ...key)
}
