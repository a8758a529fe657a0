// Measures all, or the suites that are named: `npm run bench -- [--json] [--save] [--seconds N] [--rounds N]
// [--cpu-profile DIRECTORY] [native] [plane] [announcements] [fairness] [relay]
// [session] [attacks]`.
import { parseArgs } from 'node:util'
import { announcements } from './announcements.ts'
import { attacks } from './attacks/suite.ts'
import { fairness } from './fairness.ts'
import { native } from './native.ts'
import { plane } from './plane.ts'
import { relay } from './relay/suite.ts'
import { type Measurement, printReport, save } from './report.ts'
import { session } from './session/suite.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    'cpu-profile': { type: 'string' },
  },
})

const processOptions = {
  seconds: Number(values.seconds),
  rounds: Number(values.rounds),
  cpuProfile: values['cpu-profile'],
}

const suites: Record<string, () => Measurement[] | Promise<Measurement[]>> = {
  native,
  plane,
  announcements,
  fairness,
  relay: () => relay(processOptions),
  session: () => session(processOptions),
  attacks: () => attacks(processOptions),
}

const measurements: Measurement[] = []
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(suites)) {
    const suite = suites[name]
    if (suite === undefined) throw new Error(`no suite ${name}: ${Object.keys(suites).join(', ')}`)
    measurements.push(...(await suite()))
  }
} finally {
  // What was measured before another suite failed took its minutes.
  if (values.json) for (const measurement of measurements) console.log(JSON.stringify(measurement))
  else await printReport(measurements)
}
if (values.save) await save(measurements)
