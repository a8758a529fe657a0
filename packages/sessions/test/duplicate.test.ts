// Peers that take no datagrams, as the Go reference, whose way with duplicates our own nodes don't show.
import { VirtualClock } from '@snek/platform/testing'
import { Key } from '@snek/wire'
import { expect, test } from 'vitest'
import { Dial } from '../src/dial.ts'
import type { Driver } from '../src/driver.ts'
import { QuicSession } from '../src/session.ts'

const key = Key.from(new Uint8Array(32).fill(9))

interface Attempt {
  dial: Dial
  clock: VirtualClock
  dialled: number[]
  replacements: () => number
  isOver: () => boolean
}

function dialTo(): Attempt {
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
  let replacements = 0
  const dial = new Dial({
    driver,
    clock,
    key,
    protocol: 'test',
    createSession: (connection) =>
      new QuicSession({ driver, clock, connection, remoteKey: key, protocol: 'test', isDialled: true }),
    onReplacement: () => {
      replacements += 1
    },
    onOver: () => {
      isOver = true
    },
  })
  dial.start()
  return { dial, clock, dialled, replacements: () => replacements, isOver: () => isOver }
}

const closedByPeer = { by: 'application', code: 0, text: 'connection replaced' } as const

test('a session that is accepted and closed at once is dialled again at once', async () => {
  const { dial, clock, dialled, replacements } = dialTo()
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
  expect(replacements()).toBe(1)
  expect(clock.pendingTimers).toBe(0)
})

test('a session that is not closed replaces nothing', async () => {
  const { dial, clock, replacements } = dialTo()
  const session = dial.wait(undefined)
  dial.onConfirmed()
  clock.advance(20)
  expect(await session).toMatchObject({ connection: 1 })
  expect(replacements()).toBe(0)
})

test('a peer that dials us at the same time gets longer and longer for it, and then is given up', async () => {
  const { dial, clock, dialled, isOver } = dialTo()
  const session = dial.wait(undefined)
  for (const pause of [0, 20, 40, 80, 160, 320]) {
    const count = dialled.length
    dial.onConfirmed()
    dial.onClosed(closedByPeer)
    clock.advance(pause - 1)
    expect(dialled).toHaveLength(pause === 0 ? count + 1 : count)
    expect(dial.isUnderWay).toBe(true)
    clock.advance(1)
    expect(dialled).toHaveLength(count + 1)
  }
  dial.onConfirmed()
  dial.onClosed(closedByPeer)
  await expect(session).rejects.toMatchObject({ code: 'refused-by-peer', closeText: 'connection replaced' })
  expect(dialled).toHaveLength(7)
  expect(isOver()).toBe(true)
  expect(clock.pendingTimers).toBe(0)
})

test('who gives up during a pause is not dialled for again', async () => {
  const { dial, clock, dialled } = dialTo()
  const controller = new AbortController()
  const session = dial.wait(controller.signal)
  for (let round = 0; round < 2; round += 1) {
    dial.onConfirmed()
    dial.onClosed(closedByPeer)
  }
  controller.abort()
  await expect(session).rejects.toBe(controller.signal.reason)
  expect(clock.pendingTimers).toBe(0)
  expect(dialled).toEqual([1, 2])
})
