import { encodeHex, type Key } from '@snek/wire'

/** What is compared and shown. Absent values are undefined. */
export type Value =
  | bigint
  | number
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | Key
  | readonly Value[]

/** Values longer than this are shown around their first difference. */
const SHOWN = 100
const BEFORE_DIFFERENCE = 20

/** Why a case fails: in which field, what the case says, and what was computed. */
export class Mismatch extends Error {
  readonly field: string
  readonly expected: string
  readonly got: string

  constructor(field: string, expected: string, got: string) {
    super(`${field}: expected ${expected}, got ${got}`)
    this.field = field
    this.expected = expected
    this.got = got
  }
}

/** Throws a Mismatch if the two aren't the same. */
export function expectEqual(field: string, expected: Value, got: Value): void {
  const [a, b] = [show(expected), show(got)]
  if (a === b) return
  const difference = [...a].findIndex((character, at) => character !== b[at])
  const from = Math.max(0, (difference === -1 ? a.length : difference) - BEFORE_DIFFERENCE)
  throw new Mismatch(field, excerpt(a, from), excerpt(b, from))
}

function show(value: Value): string {
  if (value === undefined) return 'nothing'
  if (value instanceof Uint8Array) return value.length === 0 ? 'no bytes' : encodeHex(value)
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  return String(value)
}

function excerpt(text: string, from: number): string {
  if (text.length <= SHOWN) return text
  const part = text.slice(from, from + SHOWN)
  return `${from > 0 ? '…' : ''}${part}${from + SHOWN < text.length ? '…' : ''}`
}
