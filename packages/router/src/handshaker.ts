// How a peering begins (PROTOCOL.md section 2): handshakes, then challenges where both sides answer them.
// No clock and no stream: bytes in, bytes out.
import {
  answerChallenge,
  answersChallenges,
  CHALLENGE_LENGTH,
  checkChallengeAnswer,
  decodeHandshake,
  HANDSHAKE_LENGTH,
  type Key,
  PROTOCOL_VERSION,
  SIGNATURE_LENGTH,
  type Signer,
  type Verify,
  WireError,
} from '@snek/wire'
import { PeeringError } from './errors.ts'

export interface HandshakerOptions {
  readonly signer: Signer
  /** The signer's, which says that it answers challenges. */
  readonly handshake: Uint8Array
  readonly verify: Verify
  /** 32 fresh random bytes, for the other side to sign. */
  readonly challenge: Uint8Array
  /** Whether a peer that answers no challenges is refused. */
  readonly requireChallenge: boolean
}

/** What is awaited, in the order in which it comes; `done` is no part of the beginning any more. */
type Stage = 'handshake' | 'challenge' | 'answer' | 'done'

const LENGTHS = {
  handshake: HANDSHAKE_LENGTH,
  challenge: CHALLENGE_LENGTH,
  answer: SIGNATURE_LENGTH,
} as const

export class Handshaker {
  readonly #options: HandshakerOptions
  readonly #send: (bytes: Uint8Array) => void
  readonly #buffer = new Uint8Array(HANDSHAKE_LENGTH)
  #length = 0
  #stage: Stage = 'handshake'
  #key: Key | undefined

  /** `send` gets what the other side is to read. */
  constructor(options: HandshakerOptions, send: (bytes: Uint8Array) => void) {
    this.#options = options
    this.#send = send
  }

  /** Sends our handshake. */
  begin(): void {
    this.#send(this.#options.handshake)
  }

  /** The peer's, once the beginning is over. */
  get key(): Key | undefined {
    return this.#stage === 'done' ? this.#key : undefined
  }

  /**
   * Takes what the peer sent; returns what came after the beginning. Throws a WireError for bytes that make no
   * sense or prove nothing, and a PeeringError `challenge-required`.
   */
  receive(chunk: Uint8Array): Uint8Array {
    let rest = chunk
    while (this.#stage !== 'done' && rest.length > 0) {
      const part = rest.subarray(0, LENGTHS[this.#stage] - this.#length)
      this.#buffer.set(part, this.#length)
      this.#length += part.length
      rest = rest.subarray(part.length)
      // Text and other protocols needn't be waited for.
      if (this.#stage === 'handshake' && this.#buffer[0] !== PROTOCOL_VERSION) {
        throw new WireError('unsupported-version', 0)
      }
      if (this.#length < LENGTHS[this.#stage]) break
      const whole = this.#buffer.slice(0, this.#length)
      this.#length = 0
      this.#stage = this.#take(this.#stage, whole)
    }
    return rest
  }

  /** What is awaited next. */
  #take(stage: Exclude<Stage, 'done'>, bytes: Uint8Array): Stage {
    const { signer, verify, challenge, requireChallenge } = this.#options
    if (stage === 'handshake') {
      const handshake = decodeHandshake(bytes, verify, signer.key)
      this.#key = handshake.key
      if (answersChallenges(handshake)) {
        this.#send(challenge)
        return 'challenge'
      }
      if (!requireChallenge) return 'done'
      const peer = handshake.key.short()
      throw new PeeringError(
        'challenge-required',
        `${peer} answers no challenges, and only who does may peer`,
      )
    }
    const key = this.#key as Key
    if (stage === 'challenge') {
      this.#send(answerChallenge(bytes, key, signer))
      return 'answer'
    }
    checkChallengeAnswer(bytes, challenge, signer.key, key, verify)
    return 'done'
  }
}
