// How many tests passed and failed, from what the runners say. A runner that ends badly counts as a failure even
// if no test of it does, and so does one that ran nothing.

export interface Tally {
  readonly passed: number
  readonly failed: number
}

/** The part of vitest's JSON report that counts. */
export interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  /** One a file. */
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** Of a program that either succeeds or doesn't. */
export function tallyCheck(exitCode: number): Tally {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** Of `cargo test`, from its standard output. */
export function tallyCargo(output: string, exitCode: number): Tally {
  let passed = 0
  let failed = 0
  for (const [, ok, bad] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)) {
    passed += Number(ok)
    failed += Number(bad)
  }
  return settled({ passed, failed }, exitCode)
}

/** Of vitest, from its report, undefined if it left none. */
export function tallyVitest(report: VitestReport | undefined, exitCode: number): Tally {
  if (report === undefined) return { passed: 0, failed: 1 }
  // A file that can't be loaded fails without a test that does.
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const tally = { passed: report.numPassedTests, failed: report.numFailedTests + unloadable.length }
  return settled(tally, exitCode)
}

export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failed: tallies.reduce((total, { failed }) => total + failed, 0),
  }
}

function settled({ passed, failed }: Tally, exitCode: number): Tally {
  const unexplained = failed === 0 && (exitCode !== 0 || passed === 0)
  return { passed, failed: unexplained ? 1 : failed }
}
