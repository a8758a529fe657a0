import * as fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { type Llhttp, loadLlhttp } from './llhttp.ts'
import { MessageParser } from './message-parser.ts'

let llhttp: Llhttp

beforeAll(async () => {
  llhttp = await loadLlhttp()
})

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

interface Parsed {
  head: unknown
  headers: [string, string][]
  body: string
  complete: boolean
}

function parse(kind: 'request' | 'response', chunks: Uint8Array[]): Parsed {
  const parser = new MessageParser(llhttp, kind)
  try {
    const body = chunks.flatMap((chunk) => parser.push(chunk))
    const { headers, ...head } = parser.head ?? { headers: new Headers() }
    return {
      head,
      headers: [...headers],
      body: body.map((piece) => String.fromCharCode(...piece)).join(''),
      complete: parser.complete,
    }
  } finally {
    parser.free()
  }
}

const REQUEST =
  'POST /a?b HTTP/1.1\r\nHost: bob\r\nEmpty:\r\nPadded:   both  \r\nX: 1\r\nX: 2\r\nLatin: \xe9\r\n' +
  'Transfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n'

const RESPONSE =
  'HTTP/1.1 100 Continue\r\nA: 1\r\n\r\nHTTP/1.1 404 Not at all\r\nContent-Length: 5\r\n\r\nabcde'

test('a request', () => {
  expect(parse('request', [bytes(REQUEST)])).toEqual({
    head: { method: 'POST', target: '/a?b', status: 0, reason: '', minorVersion: 1 },
    headers: [
      ['empty', ''],
      ['host', 'bob'],
      ['latin', '\xe9'],
      ['padded', 'both'],
      ['transfer-encoding', 'chunked'],
      ['x', '1, 2'],
    ],
    body: 'abcde',
    complete: true,
  })
})

test('a response after an interim one', () => {
  expect(parse('response', [bytes(RESPONSE)])).toEqual({
    head: { method: '', target: '', status: 404, reason: 'Not at all', minorVersion: 1 },
    headers: [['content-length', '5']],
    body: 'abcde',
    complete: true,
  })
})

test.each([
  ['request', REQUEST],
  ['response', RESPONSE],
] as const)('a %s is the same however it is cut', (kind, text) => {
  const whole = bytes(text)
  const expected = parse(kind, [whole])
  void fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 20 }), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), whole.length]
      const chunks = edges.slice(1).map((end, at) => whole.subarray(edges[at], end))
      expect(parse(kind, chunks)).toEqual(expected)
    }),
    { seed: 7 },
  )
})

test('bodies longer than the buffer are given whole', () => {
  const body = 'x'.repeat(200_000)
  const parsed = parse('request', [
    bytes(`PUT / HTTP/1.1\r\nHost: b\r\nContent-Length: 200000\r\n\r\n${body}`),
  ])
  expect(parsed.body === body).toBe(true)
  expect(parsed.complete).toBe(true)
})

test('any bytes either parse or are an HttpError', () => {
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(...REQUEST.split(/(?<=\n)/).map(bytes)),
  )
  void fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (chunks) => {
      try {
        parse('request', chunks)
      } catch (error) {
        expect(error).toMatchObject({ name: 'HttpError' })
      }
    }),
    { seed: 8, numRuns: 500 },
  )
})

describe('heads', () => {
  test('are limited over all their pieces', () => {
    const parser = new MessageParser(llhttp, 'request')
    parser.push(bytes('GET / HTTP/1.1\r\n'))
    const push = (): void => {
      for (let count = 0; count < 2000; count += 1) parser.push(bytes(`header-${count}: value\r\n`))
    }
    expect(push).toThrow(expect.objectContaining({ code: 'head-too-large' }))
    parser.free()
  })

  test('with trailers are limited too', () => {
    const parser = new MessageParser(llhttp, 'request')
    parser.push(bytes('POST / HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n'))
    expect(() => parser.push(bytes(`T: ${'t'.repeat(20_000)}`))).toThrow(
      expect.objectContaining({ code: 'head-too-large' }),
    )
    parser.free()
  })
})

describe('the end of the stream', () => {
  const end = (kind: 'request' | 'response', text: string): boolean => {
    const parser = new MessageParser(llhttp, kind)
    try {
      if (text !== '') parser.push(bytes(text))
      parser.finish()
      return parser.complete
    } finally {
      parser.free()
    }
  }

  test('completes a response without a length', () => {
    expect(end('response', 'HTTP/1.0 200 OK\r\n\r\nhello')).toBe(true)
  })

  test.each([
    ['request', ''],
    ['request', 'GET / HT'],
    ['response', ''],
    ['response', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi'],
    ['response', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ] as const)('is an error within a %s: %j', (kind, text) => {
    expect(() => end(kind, text)).toThrow(expect.objectContaining({ code: 'connection-lost' }))
  })
})

test('parsers give back their memory', () => {
  const allocate = vi.spyOn(llhttp, 'allocate')
  for (let count = 0; count < 1000; count += 1) parse('request', [bytes(REQUEST)])
  expect(new Set(allocate.mock.results.map(({ value }) => value)).size).toBe(1)
  allocate.mockRestore()
})
