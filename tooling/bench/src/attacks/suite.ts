// What a relay passes while a third peer makes its control plane work, of what it passes in peace. The attacker
// takes a part of the machine, too, but has made its frames before.

import { run } from '../relay/run.ts'
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
  const passed = cases.map((): number[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, attack] of cases.entries()) {
      const plan = { through: 'tcp', size: SIZE, rate: 0, seconds, attack } as const
      passed[index]?.push((await run(plan)).framesPerSecond)
    }
  }
  const peace = median(passed[0] ?? [])
  return ATTACKS.flatMap((attack, index) => {
    const value = median(passed[index + 1] ?? [])
    return [
      { name: `relay under ${NAMES[attack]}`, value, unit: 'frames/s' },
      {
        name: `relay under ${NAMES[attack]}: of what it passes in peace`,
        value: (100 * value) / peace,
        unit: '%',
      },
    ]
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
