import { describe, expect, test } from 'vitest'
import { cleanName, readOffer, readReceipt, readReply } from './drop-messages.ts'

const ID = '123e4567-e89b-42d3-a456-426614174000'
const NONSENSE = expect.objectContaining({ code: 'bad-line' })

describe('an offer', () => {
  test('is read', () => {
    expect(readOffer({ type: 'offer', id: ID, name: 'a.txt', size: 7 })).toEqual({
      id: ID,
      name: 'a.txt',
      size: 7,
    })
  })

  test.each([
    undefined,
    {},
    { type: 'offer', id: ID, name: 'a' },
    { type: 'offer', id: '../../etc', name: 'a', size: 1 },
    { type: 'offer', id: ID, name: 7, size: 1 },
    { type: 'offer', id: ID, name: 'a', size: -1 },
    { type: 'offer', id: ID, name: 'a', size: 1.5 },
    { type: 'offer', id: ID, name: 'a', size: 2 ** 41 },
    { type: 'offer', id: ID, name: 'a', size: '1' },
  ])('of %j makes no sense', (line) => {
    expect(() => readOffer(line)).toThrow(NONSENSE)
  })

  test.each([
    ['/etc/passwd', 'passwd'],
    ['C:\\Windows\\a.dll', 'a.dll'],
    ['..', 'file'],
    ['', 'file'],
    ['a/', 'file'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\u0000b\nc', 'abc'],
    ['x'.repeat(500), 'x'.repeat(200)],
  ])('of %j is called %j', (name, shown) => {
    expect(cleanName(name)).toBe(shown)
  })
})

test('a reply', () => {
  const offer = { id: ID, name: 'a', size: 10 }
  expect(readReply({ type: 'accept', offset: 10 }, offer)).toEqual({ offset: 10 })
  expect(readReply({ type: 'decline', reason: 'no-room' }, offer)).toEqual({ decline: 'no-room' })
  for (const line of [
    undefined,
    { type: 'accept', offset: 11 },
    { type: 'accept' },
    { type: 'decline', reason: 'why not' },
  ]) {
    expect(() => readReply(line, offer)).toThrow(NONSENSE)
  }
})

test('a receipt', () => {
  const sha256 = 'ab'.repeat(32)
  expect(readReceipt({ type: 'receipt', bytes: 3, sha256 })).toEqual({ bytes: 3, sha256 })
  for (const line of [
    undefined,
    { type: 'receipt', bytes: 3 },
    { type: 'receipt', bytes: 3, sha256: 'AB'.repeat(32) },
  ]) {
    expect(() => readReceipt(line)).toThrow(NONSENSE)
  }
})
