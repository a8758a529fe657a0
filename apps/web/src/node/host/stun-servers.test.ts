import { describe, expect, test } from 'vitest'
import { parseStunServers, readStunServers } from './stun-servers.ts'

describe('parseStunServers', () => {
  test.each([
    ['', []],
    [' stun:stun.example ', ['stun:stun.example']],
    ['stun.example, stuns:other.example:5349', ['stun:stun.example', 'stuns:other.example:5349']],
    ['stun.example:3478', ['stun:stun.example:3478']],
    ['stun:[2001:db8::1]:3478', ['stun:[2001:db8::1]:3478']],
    ['stun:a stun:a', ['stun:a']],
  ])('%j', (text, servers) => {
    expect(parseStunServers(text)).toEqual(servers)
  })

  test.each([
    'turn:turn.example',
    'https://stun.example/',
    'stun:',
    'stun:host:0',
    'stun:host:70000',
    'stun:a/b',
    'stun:a?transport=udp',
    'stun:-a',
  ])('%j is refused', (text) => {
    expect(() => parseStunServers(text)).toThrow('is no STUN server: write stun:host')
  })

  test('five are too many', () => {
    expect(() => parseStunServers('a b c d e')).toThrow('4 STUN servers are enough')
  })
})

test('what is stored is read as far as it makes sense', () => {
  expect(readStunServers(['stun:a', 7, 'http://b/', 'stuns:c:1'])).toEqual(['stun:a', 'stuns:c:1'])
  expect(readStunServers('stun:a')).toEqual([])
})
