import { describe, expect, test } from 'vitest'
import {
  addListenUri,
  addPeerUri,
  parseCount,
  parseKey,
  parseProtocol,
  parseSeconds,
  parseSeed,
} from './arguments.ts'

describe('URIs', () => {
  test.each([
    'tcp://127.0.0.1:7117',
    'tcp://[::1]:7117',
    'ws://host/',
    'ws://host:1/path',
    'wss://relay.example/',
  ])('%s is dialled', (uri) => expect(addPeerUri(uri, ['tcp://first:1'])).toEqual(['tcp://first:1', uri]))

  test.each([
    ['127.0.0.1:7117', 'Write tcp://127.0.0.1:7117.'],
    ['nonsense', 'Write tcp://'],
    ['tcp://host', 'names no port'],
    ['tcp://host:99999', 'up to 65535'],
    ['tcp://host:0', 'Port 0 is for listening'],
    ['ws://host:0/', 'Port 0 is for listening'],
    ['tcp://host:1/path', 'Leave /path away'],
    ['tcp://host:1?x=1', 'Leave ?x=1 away'],
    ['tcp://me@host:1', 'Write tcp://'],
    ['ws://host:1/#part', 'Write tcp://'],
    ['http://host:80/', 'no transport for http://'],
    ['tcp://:7117', 'Write tcp://'],
  ])('%s is refused', (uri, reason) => {
    expect(() => addPeerUri(uri)).toThrow(reason)
  })

  test('wss:// is not listened at', () => {
    expect(() => addListenUri('wss://0.0.0.0:7118/')).toThrow('no transport for wss://')
    expect(addListenUri('ws://0.0.0.0:0/')).toEqual(['ws://0.0.0.0:0/'])
    expect(() => addListenUri('ws://0.0.0.0:0/?x=1')).toThrow('Leave ?x=1 away')
  })
})

test('keys', () => {
  expect(parseKey('ab'.repeat(32)).toString()).toBe('ab'.repeat(32))
  expect(() => parseKey('abc')).toThrow('64 hex digits')
})

test('seeds', () => {
  expect(parseSeed('0a'.repeat(32))).toEqual(new Uint8Array(32).fill(10))
  expect(() => parseSeed('0a'.repeat(31))).toThrow('64 hex digits')
  expect(() => parseSeed('zz'.repeat(32))).toThrow('64 hex digits')
})

test('numbers', () => {
  expect(parseCount('12')).toBe(12)
  for (const text of ['0', '-1', '1.5', 'x', '', '1000001'])
    expect(() => parseCount(text)).toThrow('whole number')
  expect(parseSeconds('0.25')).toBe(250)
  for (const text of ['-1', 'x', '', '86401', '1e3']) expect(() => parseSeconds(text)).toThrow('seconds')
})

test('protocol names', () => {
  expect(parseProtocol('file')).toBe('file')
  expect(() => parseProtocol('')).toThrow('1 to 255 bytes')
  expect(() => parseProtocol('ä'.repeat(128))).toThrow('1 to 255 bytes')
})
