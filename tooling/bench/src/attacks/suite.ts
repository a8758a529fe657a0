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

/** Medians of several rounds. In each, peace is measured just before the attack, with the same processes. */
export async function attacks({ seconds, rounds }: RelayOptions): Promise<Measurement[]> {
  const results = new Map<Attack, Result[]>(ATTACKS.map((attack) => [attack, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [attack, measured] of results) {
      measured.push(await run({ through: 'tcp', size: SIZE, rate: 0, seconds, attack }))
    }
  }
  return [...results].flatMap(([attack, measured]) => {
    const name = `relay under ${NAMES[attack]}`
    const toPeace = (figure: 'framesPerSecond' | 'memory'): Omit<Measurement, 'name'> => {
      return {
        ...spread(measured.map((result) => (100 * result[figure]) / (result.peace?.[figure] ?? Number.NaN))),
        unit: '%',
      }
    }
    return [
      { name, ...spread(measured.map(({ framesPerSecond }) => framesPerSecond)), unit: 'frames/s' },
      { name: `${name}: of what it passes in peace`, ...toPeace('framesPerSecond') },
      { name: `${name}: its memory, of that in peace`, ...toPeace('memory') },
    ]
  })
}

/** The median, and the extremes. */
function spread(values: readonly number[]): Required<Pick<Measurement, 'value' | 'least' | 'most'>> {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (index: number): number => sorted.at(index) ?? Number.NaN
  return { value: at(Math.floor(sorted.length / 2)), least: at(0), most: at(-1) }
}
