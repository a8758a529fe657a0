import { createIdentity, type Identity, verify } from '@snek/identity'
import { seededRandom } from '@snek/platform/testing'
import { encodeHandshake } from '@snek/wire'
import { describe, expect, test } from 'vitest'
import { Handshaker } from './handshaker.ts'

const random = seededRandom(1)
const [alice, bob, mallory] = [1, 2, 3].map((seed) =>
  createIdentity({ seed: new Uint8Array(32).fill(seed) }),
) as [Identity, Identity, Identity]

class Side {
  readonly sent: Uint8Array[] = []
  readonly handshaker: Handshaker

  constructor(signer: Identity, requireChallenge = false) {
    const handshake = encodeHandshake(signer, { challenge: true })
    const options = { signer, handshake, verify, challenge: random(32), requireChallenge }
    this.handshaker = new Handshaker(options, (bytes) => this.sent.push(bytes))
    this.handshaker.begin()
  }

  /** Everything sent since the last call. */
  take(): Uint8Array {
    return Uint8Array.from(this.sent.splice(0).flatMap((bytes) => [...bytes]))
  }
}

/** Passes on what both send until neither has anything to say; gives what was left over for each. */
function connect(a: Side, b: Side, pieces: number): void {
  for (let round = 0; round < 4; round += 1) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const bytes = from.take()
      for (let at = 0; at < bytes.length; at += pieces) {
        expect(to.handshaker.receive(bytes.subarray(at, at + pieces)).length).toBe(0)
      }
    }
  }
}

describe('two that answer challenges', () => {
  test.each([1, 7, 200])('know each other, %i bytes at a time', (pieces) => {
    const [a, b] = [new Side(alice, true), new Side(bob)]
    connect(a, b, pieces)
    expect(a.handshaker.key).toEqual(bob.key)
    expect(b.handshaker.key).toEqual(alice.key)
  })

  test('what follows is left', () => {
    const [a, b] = [new Side(alice), new Side(bob)]
    b.handshaker.receive(a.take())
    a.handshaker.receive(b.take())
    b.handshaker.receive(a.take())
    const answer = b.take()
    expect(a.handshaker.key).toBeUndefined()
    expect(a.handshaker.receive(Uint8Array.from([...answer, 1, 2, 3]))).toEqual(Uint8Array.of(1, 2, 3))
    expect(a.handshaker.key).toEqual(bob.key)
  })
})

describe('a plain handshake', () => {
  test('is enough where no challenge is required', () => {
    const side = new Side(alice)
    side.take()
    expect(side.handshaker.receive(Uint8Array.from([...encodeHandshake(bob), 9]))).toEqual(Uint8Array.of(9))
    expect(side.handshaker.key).toEqual(bob.key)
    expect(side.sent).toEqual([])
  })

  test('is refused where one is', () => {
    const side = new Side(alice, true)
    expect(() => side.handshaker.receive(encodeHandshake(bob))).toThrow(
      expect.objectContaining({ code: 'challenge-required' }),
    )
  })
})

describe('an impostor', () => {
  test('with a recorded beginning is refused', () => {
    const [a, b] = [new Side(alice), new Side(bob)]
    const recorded: Uint8Array[] = []
    for (let round = 0; round < 3; round += 1) {
      b.handshaker.receive(a.take())
      recorded.push(b.take())
      a.handshaker.receive(recorded.at(-1) as Uint8Array)
    }
    expect(a.handshaker.key).toEqual(bob.key)

    const again = new Side(alice)
    const replay = Uint8Array.from(recorded.flatMap((bytes) => [...bytes]))
    expect(() => again.handshaker.receive(replay)).toThrow('bad-signature')
  })

  test('with a recorded plain form of a handshake that promised an answer is refused', () => {
    const recorded = encodeHandshake(bob, { challenge: true })
    recorded[1] = 0
    expect(() => new Side(alice).handshaker.receive(recorded)).toThrow('bad-signature at byte 40')
  })

  test('in the middle can’t have its own challenge answered elsewhere', () => {
    const a = new Side(alice)
    const b = new Side(bob)
    a.handshaker.receive(encodeHandshake(bob, { challenge: true }))
    const challenge = a.sent.at(-1) as Uint8Array
    // To the one it is itself; to the other it pretends to be.
    b.handshaker.receive(encodeHandshake(mallory, { challenge: true }))
    b.take()
    b.handshaker.receive(challenge)
    const answer = b.take()
    expect(() => a.handshaker.receive(Uint8Array.from([...random(32), ...answer]))).toThrow(
      'bad-signature at byte 0',
    )
  })
})

test('other protocols are refused at their first byte', () => {
  const side = new Side(alice)
  expect(() => side.handshaker.receive(new TextEncoder().encode('G'))).toThrow(
    'unsupported-version at byte 0',
  )
})
