// What is signed: handshakes, announcements, bootstraps and broadcasts.
import { createIdentity, type Identity, verify } from '@snek/identity'
import { answersChallenges, type Bootstrap, receiverCoordinates, senderCoordinates } from '@snek/wire'
import type { Fields } from '../fields.ts'
import type { Implementation } from '../implementation.ts'
import { expectEqual } from '../mismatch.ts'

const MAX_U32 = 0xffff_ffff

export function handshakeCase(fields: Fields, { codecs, signers }: Implementation): void {
  const identity = identityOf(fields)
  const version = fields.byte('version')
  const capabilities = fields.integer('capabilities', 0, MAX_U32)
  const bytes = fields.bytes('hex')
  fields.finish()
  const decoded = codecs.decodeHandshake(bytes, verify)
  expectEqual('version', version, decoded.version)
  expectEqual('capabilities', capabilities, decoded.capabilities)
  expectEqual('public_key', identity.key, decoded.key)
  expectEqual(
    'signature in hex',
    identity.sign(bytes.subarray(0, -decoded.signature.length)),
    decoded.signature,
  )
  if (signers !== undefined) expectEqual('hex', bytes, signers.encodeHandshake(identity))
}

export function challengeCase(fields: Fields, { codecs, signers }: Implementation): void {
  const identity = identityOf(fields)
  const challenger = fields.key('challenger_key')
  const challenge = fields.bytes('challenge')
  const message = fields.bytes('message')
  const answer = fields.signature('answer')
  const handshake = fields.bytes('handshake')
  fields.finish()
  expectEqual('answer is to message', answer, identity.sign(message))
  expectEqual('answer', answer, signers?.answerChallenge(challenge, challenger, identity))
  signers?.checkChallengeAnswer(answer, challenge, challenger, identity.key, verify)
  expectEqual('handshake', handshake, signers?.encodeHandshake(identity, { challenge: true }))
  const promise = codecs.decodeHandshake(handshake, verify)
  expectEqual('handshake promises an answer', true, answersChallenges(promise))
}

export function announcementCase(fields: Fields, { codecs, signers }: Implementation): void {
  const root = fields.root('root_key', 'root_sequence')
  const hops = fields.objects('signers').map((signer) => ({
    identity: identityOf(signer),
    port: signer.decimal('port'),
    signature: signer.signature('signature'),
  }))
  const coordinates = fields.decimals('coords')
  const peerCoordinates = fields.decimals('peer_coords')
  const payload = fields.bytes('hex')
  fields.finish()

  const decoded = codecs.decodeAnnouncement(payload)
  expectEqual('root_key', root.key, decoded.root.key)
  expectEqual('root_sequence', root.sequence, decoded.root.sequence)
  expectEqual('number of signers', hops.length, decoded.entries.length)
  let encoded: Uint8Array | undefined
  for (const [index, { identity, port, signature }] of hops.entries()) {
    const entry = decoded.entries[index]
    expectEqual(`signers[${index}].public_key`, identity.key, entry?.key)
    expectEqual(`signers[${index}].port`, port, entry?.port)
    expectEqual(`signers[${index}].signature`, signature, entry?.signature)
    const signed = payload.subarray(0, entry?.signedLength)
    expectEqual(`signers[${index}].signature`, signature, identity.sign(signed))
    encoded = signers?.appendAnnouncementEntry(encoded ?? root, port, identity)
  }
  const sender = hops.at(-1)?.identity.key ?? root.key
  codecs.checkAnnouncement(decoded, sender, verify, root)
  expectEqual('coords', coordinates, receiverCoordinates(decoded))
  expectEqual('peer_coords', peerCoordinates, senderCoordinates(decoded))
  if (signers !== undefined) expectEqual('hex', payload, encoded)
}

export function bootstrapCase(fields: Fields, { codecs, signers }: Implementation): void {
  signedSequenceCase(fields, codecs.decodeBootstrap, signers?.encodeBootstrap)
}

export function broadcastCase(fields: Fields, { codecs, signers }: Implementation): void {
  signedSequenceCase(fields, codecs.decodeBroadcast, signers?.encodeBroadcast)
}

function signedSequenceCase(
  fields: Fields,
  decode: (payload: Uint8Array) => Bootstrap,
  encode: ((sequence: bigint, root: Bootstrap['root'], signer: Identity) => Uint8Array) | undefined,
): void {
  const identity = identityOf(fields)
  const sequence = fields.decimal('sequence')
  const root = fields.root('root_key', 'root_sequence')
  const signature = fields.signature('signature')
  const signed = fields.bytes('signed_bytes')
  const payload = fields.bytes('hex')
  fields.finish()
  const decoded = decode(payload)
  expectEqual('sequence', sequence, decoded.sequence)
  expectEqual('root_key', root.key, decoded.root.key)
  expectEqual('root_sequence', root.sequence, decoded.root.sequence)
  expectEqual('signature', signature, decoded.signature)
  expectEqual('signed_bytes', signed, payload.subarray(0, decoded.signedLength))
  expectEqual('signature verifies', true, verify(identity.key, signed, signature))
  if (encode !== undefined) expectEqual('hex', payload, encode(sequence, root, identity))
}

/** The identity of `seed`, whose key must be `public_key`. */
function identityOf(fields: Fields): Identity {
  const identity = createIdentity({ seed: fields.seed('seed') })
  expectEqual('public_key', fields.key('public_key'), identity.key)
  return identity
}
