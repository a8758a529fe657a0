import { expect, test } from 'vitest'
import { hostOf } from './host.ts'

test.each([
  ['tcp://192.0.2.7:4000', '192.0.2.7'],
  ['ws://192.0.2.7:4001/peer', '192.0.2.7'],
  ['tcp://example.org:1', 'example.org'],
  ['tcp://[2001:db8::1]:1', '[2001:db8:0:0::/64]'],
  ['tcp://[2001:db8:0:0:5:6:7:8]:1', '[2001:db8:0:0::/64]'],
  ['ws://[2001:db8:a:b::]:1', '[2001:db8:a:b::/64]'],
  ['tcp://[::1]:1', '[0:0:0:0::/64]'],
  ['tcp://[2001::5:6:7:8:9]:1', '[2001:0:0:5::/64]'],
  ['tcp://[fe80::1:2%eth0]:1', '[fe80::1:2]'],
  ['tcp://[fe80::1:3]:1', '[fe80::1:3]'],
  ['pipe:', undefined],
  ['no URI', undefined],
])('%s is from %s', (uri, host) => {
  expect(hostOf(uri)).toBe(host)
})
