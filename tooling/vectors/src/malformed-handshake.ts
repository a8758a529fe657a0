import { createIdentity } from '@snek/identity'
import { encodeHandshake, type Signer } from '@snek/wire'
import type { MalformedCase } from './malformed-case.ts'
import { concat, filled, replaced, seedOf, utf8 } from './support.ts'

const SIGNED_LENGTH = 40

export function handshakeCases(): MalformedCase[] {
  const identity = createIdentity({ seed: seedOf(5) })
  const other = createIdentity({ seed: seedOf(6) })
  const sound = encodeHandshake(identity)
  const refuse = (error: MalformedCase['error'], offset: number, comment: string, hex: Uint8Array) =>
    ({ format: 'handshake', comment, hex, error, offset }) as const
  const changed = (at: number, ...values: number[]): Uint8Array =>
    resigned(replaced(sound, at, values), identity)
  return [
    refuse('truncated', 0, 'nothing', new Uint8Array()),
    refuse('truncated', 0, 'the version only', sound.subarray(0, 1)),
    refuse('truncated', 0, 'cut off before the signature', sound.subarray(0, SIGNED_LENGTH)),
    refuse('truncated', 0, 'cut off within the signature', sound.subarray(0, 103)),
    refuse('trailing-bytes', 104, 'a byte after the signature', concat(sound, 0)),
    refuse('unsupported-version', 0, 'version 0', changed(0, 0)),
    refuse('unsupported-version', 0, 'version 2', changed(0, 2)),
    refuse('unsupported-version', 0, 'text', concat(utf8('GET / HTTP/1.1\r\nHost: '), filled(82, 0x61))),
    refuse('unsupported-capabilities', 4, 'no capabilities', changed(4, 0, 0, 0, 0)),
    refuse('unsupported-capabilities', 4, 'one capability less', changed(7, 0x3a)),
    refuse('unsupported-capabilities', 4, 'one capability more', changed(7, 0x7b)),
    refuse('unsupported-capabilities', 4, 'a capability in the first byte', changed(4, 0x80)),
    { ...refuse('own-key', 8, 'our own key', sound), own_key: identity.key.hex },
    {
      ...refuse('own-key', 8, 'our own key, and a bad signature', replaced(sound, 103, [0xff])),
      own_key: identity.key.hex,
    },
    refuse('bad-signature', 40, 'the unused bytes are covered', replaced(sound, 1, [1])),
    refuse('bad-signature', 40, 'another key signed', resigned(sound, other)),
    refuse(
      'bad-signature',
      40,
      'the signature is all zero',
      replaced(sound, SIGNED_LENGTH, [...filled(64, 0)]),
    ),
    {
      ...refuse('bad-signature', 40, 'not our own key, and a bad signature', replaced(sound, 20, [0])),
      own_key: identity.key.hex,
    },
  ]
}

function resigned(handshake: Uint8Array, signer: Signer): Uint8Array {
  const signed = handshake.subarray(0, SIGNED_LENGTH)
  return concat(signed, signer.sign(signed))
}
