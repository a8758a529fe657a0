// What is to be refused: single formats, streams, signatures.
import { verify } from '@snek/identity'
import { type Key, type Root, WireError } from '@snek/wire'
import type { Fields } from '../fields.ts'
import type { Codecs, Implementation } from '../implementation.ts'
import { expectEqual, Mismatch } from '../mismatch.ts'

/** What a decoder has to know besides the bytes. */
interface Context {
  readonly ownKey: Key | undefined
  readonly peerKey: Key | undefined
  readonly last: Root | undefined
  readonly publicKey: Key | undefined
}

type Decode = (codecs: Codecs, bytes: Uint8Array, context: Context) => void

const FORMATS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['varu64', (codecs, bytes) => nothingAfter(codecs.decodeVaru64(bytes).end, bytes)],
  ['coordinates', (codecs, bytes) => nothingAfter(codecs.decodeCoordinates(bytes).end, bytes)],
  ['handshake', (codecs, bytes, { ownKey }) => codecs.decodeHandshake(bytes, verify, ownKey)],
  ['frame', (codecs, bytes) => codecs.decodeFrame(bytes)],
  ['announcement', announcement],
  ['bootstrap', (codecs, bytes, context) => signedSequence(codecs.decodeBootstrap, bytes, context)],
  ['broadcast', (codecs, bytes, context) => signedSequence(codecs.decodeBroadcast, bytes, context)],
])

export function malformedCase(fields: Fields, { codecs }: Implementation): void {
  const format = fields.string('format')
  const bytes = fields.bytes('hex')
  const error = fields.string('error')
  const offset = fields.integer('offset', 0, Number.MAX_SAFE_INTEGER)
  const optionalKey = (name: string): Key | undefined => (fields.isGiven(name) ? fields.key(name) : undefined)
  const context: Context = {
    ownKey: optionalKey('own_key'),
    peerKey: optionalKey('peer_key'),
    last: fields.isGiven('last_root_key') ? fields.root('last_root_key', 'last_sequence') : undefined,
    publicKey: optionalKey('public_key'),
  }
  fields.finish()
  const decode = FORMATS.get(format)
  if (decode === undefined) throw new Mismatch('format', [...FORMATS.keys()].join(', '), format)
  expectEqual('error', `${error} at byte ${offset}`, refusal(() => decode(codecs, bytes, context)) ?? 'none')
}

export function signatureCase(fields: Fields, implementation: Implementation): void {
  const key = fields.key('public_key')
  const message = fields.bytes('message')
  const signature = fields.signature('signature')
  const valid = fields.boolean('valid')
  fields.finish()
  expectEqual('valid', valid, implementation.verify?.(key, message, signature))
}

function announcement(codecs: Codecs, bytes: Uint8Array, { peerKey, last }: Context): void {
  const decoded = codecs.decodeAnnouncement(bytes)
  const sender = peerKey ?? decoded.entries.at(-1)?.key ?? decoded.root.key
  codecs.checkAnnouncement(decoded, sender, verify, last)
}

function signedSequence(decode: Codecs['decodeBootstrap'], bytes: Uint8Array, { publicKey }: Context): void {
  const { signature, signedLength } = decode(bytes)
  if (publicKey === undefined || verify(publicKey, bytes.subarray(0, signedLength), signature)) return
  throw new WireError('bad-signature', signedLength)
}

function nothingAfter(end: number, bytes: Uint8Array): void {
  if (end < bytes.length) throw new WireError('trailing-bytes', end)
}

function refusal(decode: () => void): string | undefined {
  try {
    decode()
    return undefined
  } catch (error) {
    if (error instanceof WireError) return `${error.code} at byte ${error.offset}`
    throw error
  }
}
