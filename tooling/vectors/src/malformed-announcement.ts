import { createIdentity, type Identity } from '@snek/identity'
import { appendAnnouncementEntry, encodeVaru64, MAX_ANNOUNCEMENT_ENTRIES } from '@snek/wire'
import { badVaru64s, cuts, type Field, type MalformedCase } from './malformed-case.ts'
import { concat, filled, replaced, seedOf } from './support.ts'

const SEQUENCE = 300n
const SIGNATURE_LENGTH = 64
const FIRST_ENTRY_AT = 34

const [root, middle, sender, stranger] = [7, 8, 9, 10].map((number) =>
  createIdentity({ seed: seedOf(number) }),
) as [Identity, Identity, Identity, Identity]
const rootBytes = concat(root.key.toBytes(), encodeVaru64(SEQUENCE))

type Hop = readonly [port: bigint, signer: Identity]

export function announcementCases(): MalformedCase[] {
  return [...structure(), ...path(), ...sequences(), ...signatures()]
}

function structure(): MalformedCase[] {
  const port = encodeVaru64(200n)
  const payload = announce([200n, root], [300n, sender])
  const signature = payload.subarray(FIRST_ENTRY_AT + 34, FIRST_ENTRY_AT + 98)
  const first: Field[] = [
    ['root key', root.key.toBytes()],
    ['root sequence', encodeVaru64(SEQUENCE)],
    ['port', port],
    ['key', root.key.toBytes()],
    ['signature', signature],
  ]
  const second: Field[] = [
    ['first entry', payload.subarray(0, FIRST_ENTRY_AT + 98)],
    ['second port', encodeVaru64(300n)],
    ['second key', sender.key.toBytes()],
    ['second signature', payload.subarray(-SIGNATURE_LENGTH)],
  ]
  const full = concat(rootBytes, filled(MAX_ANNOUNCEMENT_ENTRIES * 97, 1))
  return [
    ...cuts('announcement', first).filter(({ comment }) => comment !== 'cut off before the port'),
    ...cuts('announcement', second).filter(({ offset, hex }) => offset > 0 && hex.length > offset),
    ...badVaru64s('announcement', first, 'root sequence'),
    ...badVaru64s('announcement', first, 'port'),
    ...badVaru64s('announcement', second, 'second port'),
    refuse('truncated', payload.length, 'a byte of a third entry', concat(payload, 0x81)),
    refuse('too-many-entries', full.length, 'a byte more than 200 entries', concat(full, 0x80)),
  ]
}

/** The way from the root to the sender isn't one. */
function path(): MalformedCase[] {
  const entry = 97
  const beyond = announce([1n, root], [2n, sender], [3n, middle])
  const [secondAt, thirdAt] = [FIRST_ENTRY_AT + entry, FIRST_ENTRY_AT + 2 * entry]
  return [
    refuse('no-entries', FIRST_ENTRY_AT, 'no entries', rootBytes),
    refuse('zero-port', FIRST_ENTRY_AT, 'the first port is 0', announce([0n, root], [1n, sender])),
    refuse('zero-port', secondAt, 'the last port is 0', announce([1n, root], [0n, sender])),
    refuse(
      'first-key-not-root',
      FIRST_ENTRY_AT + 1,
      'it begins with another',
      announce([1n, middle], [2n, sender]),
    ),
    refuse('first-key-not-root', FIRST_ENTRY_AT + 1, 'one entry, not the root', announce([1n, sender])),
    refuse('duplicate-key', secondAt + 1, 'the root twice', announce([1n, root], [2n, root])),
    refuse('duplicate-key', thirdAt + 1, 'the root again', announce([1n, root], [2n, middle], [3n, root])),
    refuse(
      'duplicate-key',
      thirdAt + 1,
      'a loop in the middle',
      announce([1n, root], [2n, middle], [3n, middle], [4n, sender]),
    ),
    {
      ...refuse(
        'last-key-not-peer',
        secondAt + 1,
        'it ends with another',
        announce([1n, root], [2n, middle]),
      ),
      peer_key: sender.key.hex,
    },
    {
      ...refuse('last-key-not-peer', thirdAt + 1, 'it goes on after the peer', beyond),
      peer_key: sender.key.hex,
    },
    {
      ...refuse(
        'last-key-not-peer',
        FIRST_ENTRY_AT + 1,
        'the root alone, but from another',
        announce([1n, root]),
      ),
      peer_key: sender.key.hex,
    },
  ]
}

function sequences(): MalformedCase[] {
  const payload = announce([1n, root], [2n, sender])
  const last = { peer_key: sender.key.hex, last_root_key: root.key.hex }
  const unsigned = replaced(payload, payload.length - SIGNATURE_LENGTH, [...filled(SIGNATURE_LENGTH, 0)])
  return [
    { ...refuse('sequence-decreased', 32, 'one less than the last', payload), ...last, last_sequence: '301' },
    {
      ...refuse('sequence-decreased', 32, 'far less than the last', payload),
      ...last,
      last_sequence: '18446744073709551615',
    },
    {
      ...refuse('bad-signature', 164, 'the same sequence again is right, but not the signature', unsigned),
      ...last,
      last_sequence: '300',
    },
    {
      ...refuse(
        'bad-signature',
        164,
        "another root's sequence doesn't count, but the signature does",
        unsigned,
      ),
      ...last,
      last_root_key: stranger.key.hex,
      last_sequence: '301',
    },
  ]
}

function signatures(): MalformedCase[] {
  const payload = announce([1n, root], [2n, middle], [3n, sender])
  const [first, second, third] = [67, 164, 261] as const
  const zero = (at: number): Uint8Array => replaced(payload, at, [...filled(SIGNATURE_LENGTH, 0)])
  const swapped = concat(
    payload.subarray(0, second),
    payload.subarray(third),
    payload.subarray(second + SIGNATURE_LENGTH, third),
    payload.subarray(second, second + SIGNATURE_LENGTH),
  )
  const alone = appendAnnouncementEntry(rootBytes, 1n, {
    key: root.key,
    sign: (message) => stranger.sign(message),
  })
  return [
    refuse('bad-signature', first, "the root's signature is all zero", zero(first)),
    refuse('bad-signature', second, 'the second signature is all zero', zero(second)),
    refuse('bad-signature', third, 'the last signature is all zero', zero(third)),
    refuse('bad-signature', first, 'another key signed', alone),
    refuse('bad-signature', first, 'another root sequence was signed', replaced(payload, 33, [0x2d])),
    refuse('bad-signature', second, "another port of the root's was signed", replaced(payload, 34, [9])),
    refuse('bad-signature', third, "another port of the second's was signed", replaced(payload, 131, [9])),
    refuse('bad-signature', second, 'two signatures are swapped', swapped),
  ]
}

function announce(...hops: readonly Hop[]): Uint8Array {
  return hops.reduce((payload, [port, signer]) => appendAnnouncementEntry(payload, port, signer), rootBytes)
}

function refuse(
  error: MalformedCase['error'],
  offset: number,
  comment: string,
  hex: Uint8Array,
): MalformedCase {
  return { format: 'announcement', comment, hex, error, offset }
}
