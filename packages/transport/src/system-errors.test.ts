import { expect, test } from 'vitest'
import { formatAddress, selectTransport, systemError } from './index.ts'

const failure = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code })

test.each([
  ['listen', 'EADDRINUSE', 'address-in-use', '0 takes a free one'],
  ['listen', 'EACCES', 'address-unusable', 'ports below 1024'],
  ['listen', 'EADDRNOTAVAIL', 'address-unusable', '0.0.0.0'],
  ['listen', 'ENOTFOUND', 'address-unusable', 'name is unknown'],
  ['listen', 'EWHATEVER', 'address-unusable', 'connect EWHATEVER'],
  ['dial', 'ECONNREFUSED', 'connection-refused', 'is the peer up'],
  ['dial', 'ETIMEDOUT', 'timed-out', 'no answer'],
  ['dial', 'ENOTFOUND', 'unreachable', 'spelt right'],
  ['dial', 'EHOSTUNREACH', 'unreachable', 'no way'],
  ['dial', 'EWHATEVER', 'unreachable', 'connect EWHATEVER'],
  ['stream', 'ECONNRESET', 'connection-lost', 'broke the connection off'],
  ['stream', 'EWHATEVER', 'connection-lost', 'connect EWHATEVER'],
] as const)('%s: %s is %s', (action, code, ours, advice) => {
  const cause = failure(code)
  const error = systemError(action, 'tcp://there:1', cause)
  expect(error).toMatchObject({ name: 'TransportError', code: ours, cause })
  expect(error.message).toMatch(/^tcp:\/\/there:1: /)
  expect(error.message).toContain(advice)
})

test.each([
  ['127.0.0.1', '127.0.0.1:5'],
  ['::ffff:127.0.0.1', '127.0.0.1:5'],
  ['::1', '[::1]:5'],
  ['::ffff:1', '[::ffff:1]:5'],
])('%s is written %s', (host, expected) => {
  expect(formatAddress(host, 5)).toBe(expected)
})

test('a transport is chosen by scheme', () => {
  const tcp = { schemes: ['tcp'] }
  const web = { schemes: ['ws', 'wss'] }
  const { transport, url } = selectTransport([tcp, web], 'wss://there/path')
  expect(transport).toBe(web)
  expect(url.pathname).toBe('/path')
  expect(() => selectTransport([tcp, web], 'quic://there')).toThrow('there is tcp://, ws://, wss://')
})
