// Measures all, or the suites that are named: `npm run bench -- --help`.
import { Argument, Command, InvalidArgumentError } from 'commander'
import { announcements } from './announcements.ts'
import { attacks } from './attacks/suite.ts'
import { fairness } from './fairness.ts'
import { native } from './native.ts'
import { plane } from './plane.ts'
import { relay } from './relay/suite.ts'
import { type Measurement, printReport, save } from './report.ts'
import { session } from './session/suite.ts'

interface Values {
  readonly json?: true
  readonly save?: true
  readonly seconds: number
  readonly rounds: number
  readonly cpuProfile?: string
}

type Suite = (values: Values) => Measurement[] | Promise<Measurement[]>

const suites: Record<string, Suite> = {
  native,
  plane,
  announcements,
  fairness,
  relay,
  session,
  attacks,
}

const program = new Command('npm run bench --')
  .description('Measures what things cost, with ratios to a plain Node pipe and to the last saved run.')
  .addArgument(new Argument('[suites...]', 'all unless named').choices(Object.keys(suites)))
  .option('--json', 'a line of JSON for each measurement, no table')
  .option('--save', 'keep the run for later ones to be compared with')
  .option('--seconds <number>', 'of each measurement of processes', positive, 3)
  .option('--rounds <number>', 'how often each of those is made; the best counts', positive, 3)
  .option('--cpu-profile <directory>', 'write profiles of the processes there')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(measure)

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('Say a number above 0.')
  return value
}

async function measure(named: readonly string[], values: Values): Promise<void> {
  const measurements: Measurement[] = []
  try {
    for (const name of named.length > 0 ? named : Object.keys(suites)) {
      measurements.push(...(await (suites[name] as Suite)(values)))
    }
  } finally {
    // What was measured before another suite failed took its minutes.
    if (values.json) for (const measurement of measurements) console.log(JSON.stringify(measurement))
    else await printReport(measurements)
  }
  if (values.save) await save(measurements)
}

await program.parseAsync()
