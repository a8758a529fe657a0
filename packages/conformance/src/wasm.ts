import type { Forwarding, WireCodecs } from '@snek/forwarding'
import { KEY_LENGTH, type Verify, varu64Length, WireError } from '@snek/wire'
import type { Codecs, Implementation } from './implementation.ts'
import { planeNextHops, readStream } from './planes.ts'

const KEY_AT = 8
const SIGNATURE_AT = KEY_AT + KEY_LENGTH

/** crates/wire, crates/forward and crates/signatures, compiled to WebAssembly. */
export function wasm(forwarding: Forwarding, verify: Verify): Implementation {
  const { wire } = forwarding
  return {
    name: 'wasm',
    codecs: { ...wire, ...verifying(wire) },
    verify,
    announcementAction: (input) => wire.announcementAction(input) ?? 'none',
    readStream: (chunks) => readStream(forwarding, chunks),
    nextHops: planeNextHops(forwarding),
  }
}

function verifying(wire: WireCodecs): Pick<Codecs, 'decodeHandshake' | 'checkAnnouncement'> {
  return {
    decodeHandshake(bytes, verify, ownKey) {
      const handshake = wire.decodeHandshake(bytes)
      if (ownKey?.equals(handshake.key)) throw new WireError('own-key', KEY_AT)
      insist(verify(handshake.key, bytes.subarray(0, SIGNATURE_AT), handshake.signature), SIGNATURE_AT)
      return handshake
    },
    checkAnnouncement({ payload, entries }, peerKey, verify, last) {
      wire.checkAnnouncement(payload, peerKey, last)
      for (const { key, port, signature, signedLength } of entries) {
        const signatureAt = signedLength + varu64Length(port) + KEY_LENGTH
        insist(verify(key, payload.subarray(0, signedLength), signature), signatureAt)
      }
    },
  }
}

function insist(verified: boolean, offset: number): void {
  if (!verified) throw new WireError('bad-signature', offset)
}
