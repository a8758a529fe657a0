// What a relay passes while a third peer makes its control plane work, of what it passes in peace. The attacker
// takes a part of the machine, too, but has made its frames before.

import { type Result, run } from '../relay/run.ts'
import type { RelayOptions } from '../relay/suite.ts'
import type { Measurement } from '../report.ts'
import { ATTACKS, type Attack } from './messages.ts'

const SIZE = 1200
const NAMES: Record<Attack, string> = {
  bootstraps: '10,000 bootstraps/s with fresh keys',
  'spread bootstraps': '10,000 bootstraps/s with fresh keys, by ten peerings',
  'long announcements': '20 announcements/s of 200 entries, never the same',
  'endless announcements': '20 announcements/s of 600 entries, each by a new peering',
}

/** Medians of several rounds; peace and attacks in turns. */
export async function attacks({ seconds, rounds }: RelayOptions): Promise<Measurement[]> {
  const cases = [undefined, ...ATTACKS]
  const results = cases.map((): Result[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, attack] of cases.entries()) {
      const plan = { through: 'tcp', size: SIZE, rate: 0, seconds, attack } as const
      results[index]?.push(await run(plan))
    }
  }
  const [passed = [], memory = []] = (['framesPerSecond', 'memory'] as const).map((figure) =>
    results.map((rounds) => median(rounds.map((result) => result[figure]))),
  )
  const toPeace = (values: number[], index: number): number => (values[index] ?? 0) / (values[0] ?? 0)
  return ATTACKS.flatMap((attack, at) => {
    const name = `relay under ${NAMES[attack]}`
    const index = at + 1
    return [
      { name, value: passed[index] ?? 0, unit: 'frames/s' },
      { name: `${name}: of what it passes in peace`, value: 100 * toPeace(passed, index), unit: '%' },
      { name: `${name}: its memory, of that in peace`, value: 100 * toPeace(memory, index), unit: '%' },
    ]
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
