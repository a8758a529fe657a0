// How a file goes from one page to another, protocol `snek.drop`, a stream for each attempt:
//   sender    {"type":"offer","id","name","size"}
//   receiver  {"type":"accept","offset"} or {"type":"decline","reason"}
//   sender    the bytes from the offset on, up to the end
//   receiver  {"type":"receipt","bytes","sha256"}, of the whole file
// An offer with the id of one that was accepted before is accepted at once, at the offset of what is there.
import { HostError } from './errors.ts'

export const DROP_PROTOCOL = 'snek.drop'

export interface Offer {
  readonly id: string
  readonly name: string
  readonly size: number
}

export type Decline = 'unwanted' | 'no-room' | 'cancelled'

export type Reply = { readonly offset: number } | { readonly decline: Decline }

export interface Receipt {
  readonly bytes: number
  readonly sha256: string
}

const ID = /^[0-9a-f-]{36}$/
const SHA256 = /^[0-9a-f]{64}$/
const NAME_LIMIT = 200
const SIZE_LIMIT = 2 ** 40
const DECLINES: readonly unknown[] = ['unwanted', 'no-room', 'cancelled'] satisfies Decline[]

type Line = Readonly<Record<string, unknown>> | undefined

export function readOffer(line: Line): Offer {
  const { type, id, name, size } = line ?? {}
  const isOffer = type === 'offer' && typeof id === 'string' && ID.test(id) && typeof name === 'string'
  if (!isOffer || !isCount(size)) throw nonsense()
  return { id, name: cleanName(name), size }
}

export function readReply(line: Line, { size }: Offer): Reply {
  const { type, offset, reason } = line ?? {}
  if (type === 'accept' && isCount(offset) && offset <= size) return { offset }
  if (type === 'decline' && DECLINES.includes(reason)) return { decline: reason as Decline }
  throw nonsense()
}

export function readReceipt(line: Line): Receipt {
  const { type, bytes, sha256 } = line ?? {}
  if (type === 'receipt' && isCount(bytes) && typeof sha256 === 'string' && SHA256.test(sha256))
    return { bytes, sha256 }
  throw nonsense()
}

/** A name without a path, control characters or an end that hides what it is. */
export function cleanName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? ''
  const visible = base.replace(/[\p{Cc}\p{Cf}]/gu, '').trim()
  return /^\.*$/.test(visible) ? 'file' : visible.slice(0, NAME_LIMIT)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= SIZE_LIMIT
}

function nonsense(): HostError {
  return new HostError('bad-line', 'The other side sent something that makes no sense.')
}
