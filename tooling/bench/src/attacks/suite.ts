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

/** Medians of several rounds, in each of which peace comes just before an attack: the machine changes meanwhile. */
export async function attacks({ seconds, rounds }: RelayOptions): Promise<Measurement[]> {
  const pairs = new Map<Attack, Pair[]>(ATTACKS.map((attack) => [attack, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [attack, measured] of pairs) {
      const plan = { through: 'tcp', size: SIZE, rate: 0, seconds } as const
      measured.push({ peace: await run(plan), attacked: await run({ ...plan, attack }) })
    }
  }
  return [...pairs].flatMap(([attack, measured]) => {
    const name = `relay under ${NAMES[attack]}`
    const toPeace = (figure: 'framesPerSecond' | 'memory'): Omit<Measurement, 'name'> => {
      return {
        ...spread(measured.map(({ peace, attacked }) => (100 * attacked[figure]) / peace[figure])),
        unit: '%',
      }
    }
    return [
      { name, ...spread(measured.map(({ attacked }) => attacked.framesPerSecond)), unit: 'frames/s' },
      { name: `${name}: of what it passes in peace`, ...toPeace('framesPerSecond') },
      { name: `${name}: its memory, of that in peace`, ...toPeace('memory') },
    ]
  })
}

interface Pair {
  readonly peace: Result
  readonly attacked: Result
}

/** The median, and the extremes. */
function spread(values: readonly number[]): Required<Pick<Measurement, 'value' | 'least' | 'most'>> {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (index: number): number => sorted.at(index) ?? Number.NaN
  return { value: at(Math.floor(sorted.length / 2)), least: at(0), most: at(-1) }
}
