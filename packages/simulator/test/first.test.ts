import { test, expect } from 'vitest'
import { createSimulation, line } from '../src/index.ts'
test('two, three, eight', async () => {
  for (const n of [2,3,8]) {
    const sim = createSimulation({ seed: 1 })
    await sim.build(n, line(n))
    console.log(n, sim.converge(30000))
    console.log(sim.exchangeAll().map(([a,b])=>a.name+'-'+b.name))
    await sim.close()
    expect(sim.clock.pendingTimers).toBe(0)
  }
})
