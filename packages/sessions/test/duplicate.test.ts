// Peers that take no datagrams, as the Go reference, whose way with duplicates our own nodes don't show.
import { VirtualClock } from '@snek/platform/testing'
import { Key } from '@snek/wire'
import { expect, test } from 'vitest'
import { Dial } from '../src/dial.ts'
import type { Driver } from '../src/driver.ts'
import { QuicSession } from '../src/session.ts'

const key = Key.from(new Uint8Array(32).fill(9))

function dialTo(): { dial: Dial; clock: VirtualClock; dialled: number[]; isOver: () => boolean } {
  const clock = new VirtualClock()
  const dialled: number[] = []
  const endpoint = {
    dial: () => {
      dialled.push(dialled.length + 1)
      return dialled.length
    },
    maxDatagram: () => undefined,
    close: () => undefined,
  }
  const driver = { call: () => endpoint, now: 0 } as unknown as Driver
  let isOver = false
  const dial = new Dial({
    driver,
    clock,
    key,
    protocol: 'test',
    createSession: (connection) =>
      new QuicSession({ driver, clock, connection, remoteKey: key, protocol: 'test' }),
    onOver: () => {
      isOver = true
    },
  })
  dial.start()
  return { dial, clock, dialled, isOver: () => isOver }
}

const closedByPeer = { by: 'application', code: 0, text: 'connection replaced' } as const

test('a session that is accepted and closed at once is dialled once more', async () => {
  const { dial, clock, dialled } = dialTo()
  const session = dial.wait(undefined)
  dial.onConfirmed()
  clock.advance(1)
  expect(dial.session).toBeUndefined()
  dial.onClosed(closedByPeer)
  expect(dialled).toEqual([1, 2])
  expect(clock.pendingTimers).toBe(0)
  dial.onConfirmed()
  clock.advance(20)
  expect(await session).toMatchObject({ connection: 2 })
  expect(dial.session).toBe(await session)
  expect(clock.pendingTimers).toBe(0)
})

test('a second time it is refused', async () => {
  const { dial, clock, dialled, isOver } = dialTo()
  const session = dial.wait(undefined)
  for (let round = 0; round < 2; round += 1) {
    dial.onConfirmed()
    dial.onClosed(closedByPeer)
  }
  await expect(session).rejects.toMatchObject({ code: 'refused-by-peer', closeText: 'connection replaced' })
  expect(dialled).toEqual([1, 2])
  expect(isOver()).toBe(true)
  expect(clock.pendingTimers).toBe(0)
})
