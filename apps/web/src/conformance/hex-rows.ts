// Cuts bytes into rows of hex, and rows into runs of one field each.
import type { Field } from './layout.ts'

/** Bytes that belong together: a field without fields, or bytes of none. */
export interface Leaf {
  readonly start: number
  readonly end: number
  /** Two by turns, so that neighbours differ; `none` for bytes that no field has. */
  readonly tint: 'a' | 'b' | 'none'
}

export interface Run {
  readonly leaf: Leaf
  readonly start: number
  readonly bytes: Uint8Array
}

export interface Row {
  readonly offset: number
  readonly runs: readonly Run[]
}

const ROW_LENGTH = 16

/** All bytes up to `length`, in order: the innermost fields, and what lies between and after them. */
export function leaves(fields: readonly Field[], length: number): readonly Leaf[] {
  const found: Leaf[] = []
  let at = 0
  const add = (start: number, end: number, isField: boolean): void => {
    if (end > start) found.push({ start, end, tint: isField ? (found.length % 2 === 0 ? 'a' : 'b') : 'none' })
    at = end
  }
  const visit = (list: readonly Field[]): void => {
    for (const field of list) {
      if (field.start > at) add(at, field.start, false)
      if (field.fields.length === 0) add(field.start, Math.min(field.end, length), true)
      else visit(field.fields)
      if (field.end > at && field.end <= length) add(at, field.end, false)
    }
  }
  visit(fields)
  if (at < length) add(at, length, false)
  return found
}

export function rows(bytes: Uint8Array, parts: readonly Leaf[]): readonly Row[] {
  const all: { offset: number; runs: Run[] }[] = []
  for (const leaf of parts) {
    for (let start = leaf.start; start < leaf.end; ) {
      const offset = start - (start % ROW_LENGTH)
      const end = Math.min(leaf.end, offset + ROW_LENGTH)
      if (all.at(-1)?.offset !== offset) all.push({ offset, runs: [] })
      all.at(-1)?.runs.push({ leaf, start, bytes: bytes.subarray(start, end) })
      start = end
    }
  }
  return all
}
