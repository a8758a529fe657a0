import { expect, test } from 'vitest'
import { encodeReceipt, readReceipt } from './receipt.ts'

const receipt = { bytes: 10_485_760, sha256: 'ab'.repeat(32) }

async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}

test('a receipt survives the stream, however it is cut', async () => {
  const bytes = encodeReceipt(receipt)
  expect(new TextDecoder().decode(bytes)).toBe(`sha256 ${'ab'.repeat(32)} bytes 10485760\n`)
  expect(await readReceipt(chunks(bytes))).toEqual(receipt)
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte))
  expect(await readReceipt(chunks(...single))).toEqual(receipt)
})

test.each([
  ['nothing', ''],
  ['a cut one', `sha256 ${'ab'.repeat(32)} bytes 104`],
  ['something after it', `sha256 ${'ab'.repeat(32)} bytes 1\nmore`],
  ['upper case', `sha256 ${'AB'.repeat(32)} bytes 1\n`],
  ['anything endless', 'x'.repeat(10_000)],
])('%s is no receipt', async (_, text) => {
  expect(await readReceipt(chunks(new TextEncoder().encode(text)))).toBeUndefined()
})
