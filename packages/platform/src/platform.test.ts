import { describe, expect, test } from 'vitest'
import { systemClock, TypedEventTarget } from './index.ts'
import { seededRandom, VirtualClock, waitFor } from './testing/index.ts'

describe('systemClock', () => {
  test('tells the time and sets timers', async () => {
    const clock = systemClock()
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(60_000)
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 1))
    const handle = clock.setTimeout(() => expect.fail('was cleared'), 1)
    clock.clearTimeout(handle)
    await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), 5))
  })
})

describe('TypedEventTarget', () => {
  class Counter extends TypedEventTarget<{ count: number; reset: undefined }> {
    #count = 0

    increment(): void {
      this.#count += 1
      this.dispatch('count', this.#count)
    }
  }

  test('calls listeners with the detail until they are removed', () => {
    const counter = new Counter()
    const seen: number[] = []
    const listener = (event: { detail: number }): number => seen.push(event.detail)
    counter.addEventListener('count', listener)
    counter.increment()
    counter.increment()
    counter.removeEventListener('count', listener)
    counter.increment()
    expect(seen).toEqual([1, 2])
  })

  test('heeds once and signal', () => {
    const counter = new Counter()
    const controller = new AbortController()
    let once = 0
    let signalled = 0
    counter.addEventListener('count', () => once++, { once: true })
    counter.addEventListener('count', () => signalled++, { signal: controller.signal })
    counter.increment()
    counter.increment()
    controller.abort()
    counter.increment()
    expect([once, signalled]).toEqual([1, 2])
  })
})

describe('VirtualClock', () => {
  test('runs timers in order of time, then of setting, at their time', () => {
    const clock = new VirtualClock(0)
    const ran: [string, number][] = []
    const note = (name: string) => () => ran.push([name, clock.now()])
    clock.setTimeout(note('c'), 20)
    clock.setTimeout(note('a'), 10)
    clock.setTimeout(note('b'), 10)
    const cleared = clock.setTimeout(note('never'), 10)
    clock.clearTimeout(cleared)
    clock.clearTimeout(cleared)
    clock.setTimeout(() => clock.setTimeout(note('nested'), 5), 10)
    expect(clock.pendingTimers).toBe(4)
    clock.advance(9)
    expect(ran).toEqual([])
    clock.advance(100)
    expect(ran).toEqual([
      ['a', 10],
      ['b', 10],
      ['nested', 15],
      ['c', 20],
    ])
    expect(clock.now()).toBe(109)
    expect(clock.pendingTimers).toBe(0)
  })

  test('runs until something is so, or says that it never was', () => {
    const clock = new VirtualClock(0)
    let count = 0
    const tick = (): void => {
      count += 1
      clock.setTimeout(tick, 10)
    }
    tick()
    clock.runUntil(() => count === 5, 1000)
    expect(clock.now()).toBe(40)
    expect(() => clock.runUntil(() => count === 500, 1000)).toThrow('1000 ms')
    expect(clock.now()).toBe(1040)
  })
})

describe('seededRandom', () => {
  test('is the same for the same seed, and looks random', () => {
    expect(seededRandom(1)(32)).toEqual(seededRandom(1)(32))
    expect(seededRandom(1)(32)).not.toEqual(seededRandom(2)(32))
    const counts = new Uint32Array(256)
    for (const byte of seededRandom(3)(25_600)) counts[byte] = (counts[byte] as number) + 1
    expect(Math.min(...counts)).toBeGreaterThan(50)
    expect(Math.max(...counts)).toBeLessThan(160)
  })
})

describe('waitFor', () => {
  test('waits for a condition, and rejects with what it was', async () => {
    let asked = 0
    await waitFor(() => ++asked > 3)
    await expect(waitFor(() => false, { timeout: 5, message: 'the cows' })).rejects.toThrow('the cows')
  })
})
