import type { RouterSnapshot } from '@snek/router'
import { expect, test } from 'vitest'
import { Sampler } from './sampler.ts'

function snapshot(...peers: readonly { port: number; in: number; out: number }[]): RouterSnapshot {
  return {
    peers: peers.map(({ port, ...bytes }) => ({ port, started: 1, bytes })),
  } as unknown as RouterSnapshot
}

const session = { id: 1, key: 'ab', protocol: 'chat', rtt: 5 }

test('rates are differences over time, from the second sample on', () => {
  const sampler = new Sampler()
  const totals = { ...session, bytesIn: 10, bytesOut: 20 }
  const first = sampler.sample(1000, snapshot({ port: 1, in: 100, out: 200 }), [totals])
  expect(first).toMatchObject({ bytesIn: 0, bytesOut: 0, sessions: [{ bytesIn: 0, bytesOut: 0, rtt: 5 }] })
  const second = sampler.sample(3000, snapshot({ port: 1, in: 300, out: 800 }, { port: 2, in: 5, out: 5 }), [
    { ...totals, bytesIn: 30 },
  ])
  expect(second).toMatchObject({
    time: 3000,
    bytesIn: 100,
    bytesOut: 300,
    sessions: [{ bytesIn: 10, bytesOut: 0 }],
  })
})

test('two minutes are kept', () => {
  const sampler = new Sampler()
  for (let second = 0; second < 300; second += 1) sampler.sample(second * 1000, snapshot(), [])
  expect(sampler.samples).toHaveLength(120)
  expect(sampler.samples[0]?.time).toBe(180_000)
})
