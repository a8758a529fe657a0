// What a failed handshake is called: the TLS alerts that crates/quic's tests get for each bad certificate.
import { Key } from '@snek/wire'
import { expect, test } from 'vitest'
import { dialError } from '../src/errors.ts'

const key = Key.from(new Uint8Array(32).fill(9))

test.each([
  ['another key', 49, 'wrong-key'],
  ['two certificates', 46, 'bad-certificate'],
  ['another algorithm', 43, 'bad-certificate'],
  ['what is no certificate', 42, 'bad-certificate'],
  ['a signature of another key', 51, 'bad-certificate'],
  ['no certificate', 116, 'bad-certificate'],
  ['another protocol', 120, 'refused-protocol'],
  ['something else', 80, 'protocol-error'],
] as const)('%s is refused by us', (_, alert, code) => {
  const reason = { by: 'our-protocol', code: 0x100 + alert, text: 'why' } as const
  expect(dialError(reason, key, 'test', false)).toMatchObject({ code, closeCode: 0x100 + alert })
})

test.each([42, 43, 46, 49, 51, 116])('our certificate is refused by alert %i', (alert) => {
  const reason = { by: 'their-protocol', code: 0x100 + alert, text: 'why' } as const
  expect(dialError(reason, key, 'test', false)).toMatchObject({ code: 'refused-by-peer' })
})
