import { createIdentity } from '@snek/identity'
import { concat, filled, seedOf, utf8 } from './support.ts'

/** The answers to challenges, and the handshakes that promise them. */
export function challengeCases(): object[] {
  const counted = Uint8Array.from({ length: 32 }, (_, index) => index)
  return [
    answered('a challenge', 5, 6, counted),
    answered('the other way round', 6, 5, counted),
    answered('another challenge', 5, 6, filled(32, 0xff)),
    answered('a challenge of zeros', 7, 8, filled(32, 0)),
  ]
}

function answered(comment: string, answerer: number, challenger: number, challenge: Uint8Array): object {
  const seed = seedOf(answerer)
  const identity = createIdentity({ seed })
  const key = identity.key.toBytes()
  const challengerKey = createIdentity({ seed: seedOf(challenger) }).key.toBytes()
  const message = concat(utf8('snek peering challenge 1'), 0, challenge, challengerKey, key)
  const promise = concat([1, 1, 0, 0, 0, 0, 0, 0x3b], key)
  return {
    comment,
    seed,
    public_key: key,
    challenger_key: challengerKey,
    challenge,
    message,
    answer: identity.sign(message),
    handshake: concat(promise, identity.sign(promise)),
  }
}
