import { VirtualClock } from '@snek/platform/testing'
import type { Peering, Router } from '@snek/router'
import type { ByteStream, Transport } from '@snek/transport'
import { Key } from '@snek/wire'
import { expect, test } from 'vitest'
import type { Contacts } from './contacts.ts'
import { DirectLinks } from './direct-links.ts'

const [OURS, BOB, MALLORY] = [1, 2, 3].map((byte) => Key.from(new Uint8Array(32).fill(byte))) as [
  Key,
  Key,
  Key,
]

test('a link that another key answers is closed, and said to be', async () => {
  const events: string[] = []
  const company: unknown[] = []
  let closed = false
  const peering = {
    key: MALLORY,
    close: () => {
      closed = true
    },
    closed: Promise.resolve(),
  } as unknown as Peering
  const told = new Promise<void>((resolve) => {
    const links = new DirectLinks({
      router: { key: OURS, connect: async () => peering } as unknown as Router,
      transport: {
        schemes: ['webrtc'],
        dial: async () => ({}) as ByteStream,
        listen: async () => ({ close: async () => undefined }),
      } as unknown as Required<Transport>,
      contacts: { setCompany: (...change: unknown[]) => void company.push(change) } as unknown as Contacts,
      clock: new VirtualClock(),
      onEvent: (text) => {
        events.push(text)
        resolve()
      },
      onFailure: () => undefined,
    })
    links.want(BOB)
  })
  await told
  expect(events).toEqual([`Who answered for ${BOB.short()} has another key: the link was closed`])
  expect({ closed, company }).toEqual({ closed: true, company: [] })
})
