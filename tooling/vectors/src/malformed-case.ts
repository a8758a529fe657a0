import type { WireErrorCode } from '@snek/wire'
import { concat } from './support.ts'

export type Format =
  | 'varu64'
  | 'coordinates'
  | 'handshake'
  | 'frame'
  | 'announcement'
  | 'bootstrap'
  | 'broadcast'

export interface MalformedCase {
  readonly format: Format
  readonly comment: string
  readonly hex: Uint8Array
  readonly error: WireErrorCode
  readonly offset: number
  /** Handshake: the receiver's own key. */
  readonly own_key?: string
  /** Announcement: whom it came from; otherwise the last entry's key is taken. */
  readonly peer_key?: string
  /** Announcement: the root of the peer's last one. */
  readonly last_root_key?: string
  readonly last_sequence?: string
  /** Bootstrap and broadcast: the key in the frame, which must have signed; otherwise nothing is verified. */
  readonly public_key?: string
}

/** A part of a sound sample, by name. */
export type Field = readonly [name: string, bytes: Uint8Array | readonly number[]]

export function whole(fields: readonly Field[]): Uint8Array {
  return concat(...fields.map(([, bytes]) => bytes))
}

export function offsetOf(fields: readonly Field[], name: string): number {
  return whole(
    fields.slice(
      0,
      fields.findIndex(([field]) => field === name),
    ),
  ).length
}

/** The sample with a field's bytes replaced. */
export function change(fields: readonly Field[], name: string, bytes: readonly number[]): Uint8Array {
  return whole(fields.map(([field, before]) => [field, field === name ? bytes : before]))
}

/**
 * The sample cut off where a field begins and, if it has more than one byte, before its last one. Both are
 * `truncated` where the field begins.
 */
export function cuts(format: Format, fields: readonly Field[]): MalformedCase[] {
  const sample = whole(fields)
  return fields.flatMap(([name, bytes]) => {
    const offset = offsetOf(fields, name)
    const cut = (end: number, comment: string): MalformedCase => ({
      format,
      comment,
      hex: sample.subarray(0, end),
      error: 'truncated',
      offset,
    })
    const missing = cut(offset, `cut off before the ${name}`)
    if (bytes.length < 2) return bytes.length === 0 ? [] : [missing]
    return [missing, cut(offset + bytes.length - 1, `cut off within the ${name}`)]
  })
}

/** A varu64 field that is overlong, and one that overflows. */
export function badVaru64s(format: Format, fields: readonly Field[], name: string): MalformedCase[] {
  const offset = offsetOf(fields, name)
  const overflow = [0x82, ...new Array<number>(8).fill(0x80), 0]
  return [
    {
      format,
      comment: `the ${name} is overlong`,
      hex: change(fields, name, [0x80, 0x05]),
      error: 'overlong-varu64',
      offset,
    },
    {
      format,
      comment: `the ${name} is 2 to the 64th`,
      hex: change(fields, name, overflow),
      error: 'varu64-overflow',
      offset,
    },
  ]
}
