import { createIdentity } from '@snek/identity'
import { encodeBootstrap, encodeVaru64 } from '@snek/wire'
import { badVaru64s, cuts, type Field, type MalformedCase, whole } from './malformed-case.ts'
import { concat, filled, replaced, seedOf } from './support.ts'

/** Nine groups of ones. */
const ONES = filled(9, 0xff)

export function varu64Cases(): MalformedCase[] {
  const format = 'varu64'
  const refuse = (error: MalformedCase['error'], comment: string, ...parts: (Uint8Array | number)[]) =>
    ({
      format,
      comment,
      hex: concat(...parts),
      error,
      offset: error === 'trailing-bytes' ? concat(...parts).length - 1 : 0,
    }) as const
  return [
    refuse('truncated', 'nothing'),
    refuse('truncated', 'no last byte', 0x81),
    refuse('truncated', 'nine bytes, none of them the last', ONES),
    refuse('overlong-varu64', '0 in two bytes', 0x80, 0x00),
    refuse('overlong-varu64', '1 in two bytes', 0x80, 0x01),
    refuse('overlong-varu64', 'a leading zero group, and cut off', 0x80),
    refuse('overlong-varu64', 'a leading zero group in eleven bytes', 0x80, ONES, 0x7f),
    refuse('varu64-overflow', '2 to the 64th', 0x82, filled(8, 0x80), 0x00),
    refuse('varu64-overflow', 'ten groups of ones', ONES, 0x7f),
    refuse('varu64-overflow', 'ten bytes, none of them the last', 0x81, filled(9, 0x80)),
    refuse('varu64-overflow', 'eleven bytes', 0x81, filled(9, 0x80), 0x00),
    refuse('trailing-bytes', 'a byte after one byte', 0x05, 0x00),
    refuse('trailing-bytes', 'a byte after two bytes', 0x89, 0x52, 0x80),
    refuse('trailing-bytes', 'a byte after the highest number', 0x81, filled(8, 0xff), 0x7f, 0x00),
  ]
}

export function coordinatesCases(): MalformedCase[] {
  const refuse = (
    error: MalformedCase['error'],
    offset: number,
    comment: string,
    ...bytes: (Uint8Array | number)[]
  ): MalformedCase => ({ format: 'coordinates', comment, hex: concat(...bytes), error, offset })
  return [
    refuse('truncated', 0, 'nothing'),
    refuse('truncated', 0, 'half a length', 0),
    refuse('truncated', 2, 'a length only', 0, 1),
    refuse('truncated', 2, 'fewer bytes than announced', 0, 3, 1, 2),
    refuse('truncated', 2, 'the greatest length', 0xff, 0xff, 1, 2),
    refuse('truncated', 2, 'the first port has no last byte', 0, 1, 0x81),
    refuse('truncated', 3, 'the last port has no last byte', 0, 2, 0x01, 0x81),
    refuse('truncated', 3, 'a port runs past the length', 0, 2, 0x01, 0x89, 0x52),
    refuse('overlong-varu64', 2, 'the first port is overlong', 0, 2, 0x80, 0x01),
    refuse('overlong-varu64', 4, 'a later port is overlong', 0, 5, 0x89, 0x52, 0x80, 0x01, 0x01),
    refuse('varu64-overflow', 3, 'a port is 2 to the 64th', 0, 11, 0x01, 0x82, filled(8, 0x80), 0x00),
    refuse('trailing-bytes', 2, 'a byte after no ports', 0, 0, 0),
    refuse('trailing-bytes', 4, 'a byte after the ports', 0, 2, 1, 2, 3),
  ]
}

export function bootstrapCases(format: 'bootstrap' | 'broadcast'): MalformedCase[] {
  const identity = createIdentity({ seed: seedOf(3) })
  const root = { key: createIdentity({ seed: seedOf(4) }).key, sequence: 300n }
  const payload = encodeBootstrap(1234n, root, identity)
  const signature = payload.subarray(-64)
  const fields: Field[] = [
    ['sequence', encodeVaru64(1234n)],
    ['root key', root.key.toBytes()],
    ['root sequence', encodeVaru64(root.sequence)],
    ['signature', signature],
  ]
  const refuse = (error: MalformedCase['error'], offset: number, comment: string, hex: Uint8Array) =>
    ({ format, comment, hex, error, offset, public_key: identity.key.hex }) as const
  return [
    ...cuts(format, fields),
    ...badVaru64s(format, fields, 'sequence'),
    ...badVaru64s(format, fields, 'root sequence'),
    refuse('trailing-bytes', 100, 'a byte after the signature', concat(payload, 0)),
    refuse('bad-signature', 36, 'another sequence was signed', replaced(payload, 1, [0x53])),
    refuse('bad-signature', 36, 'another root key was signed', replaced(payload, 2, [0])),
    refuse('bad-signature', 36, 'another root sequence was signed', replaced(payload, 35, [0x2d])),
    refuse('bad-signature', 36, 'the signature is all zero', replaced(payload, 36, [...filled(64, 0)])),
    {
      ...refuse('bad-signature', 36, 'another key signed', whole(fields)),
      public_key: root.key.hex,
    },
  ]
}
