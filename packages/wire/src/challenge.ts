import { concat } from './bytes.ts'
import { WireError } from './errors.ts'
import { KEY_LENGTH, type Key } from './key.ts'
import type { Signer, Verify } from './signing.ts'

/** The length in bytes of what each side asks the other to sign. */
export const CHALLENGE_LENGTH = 32

/** In every JavaScript runtime, and yet in TypeScript only with all of a browser's or Node's. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

/** Sets the signature apart from all else that a node's key signs. */
const DOMAIN = new TextEncoder().encode('snek peering challenge 1\0')

/**
 * The 64-byte answer to a challenge of `challenger`: proof that the holder of `identity`'s key answers now, though
 * somebody may stand between who passes all on (PROTOCOL.md section 2). The challenger's key is in it, so that it
 * answers no challenge that was asked in another name.
 */
export function answerChallenge(challenge: Uint8Array, challenger: Key, identity: Signer): Uint8Array {
  return identity.sign(challengeMessage(challenge, challenger, identity.key))
}

/** Throws a WireError `bad-signature` unless `answer` is that of `answerer` to a challenge of `challenger`. */
export function checkChallengeAnswer(
  answer: Uint8Array,
  challenge: Uint8Array,
  challenger: Key,
  answerer: Key,
  verify: Verify,
): void {
  if (!verify(answerer, challengeMessage(challenge, challenger, answerer), answer)) {
    throw new WireError('bad-signature', 0)
  }
}

/** Throws a WireError `bad-length` for a challenge of another length than 32 bytes. */
function challengeMessage(challenge: Uint8Array, challenger: Key, answerer: Key): Uint8Array {
  if (challenge.length !== CHALLENGE_LENGTH) throw new WireError('bad-length', 0)
  const keys = new Uint8Array(2 * KEY_LENGTH)
  challenger.copyTo(keys, 0)
  answerer.copyTo(keys, KEY_LENGTH)
  return concat(DOMAIN, challenge, keys)
}
