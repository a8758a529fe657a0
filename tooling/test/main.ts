// `npm test`: builds, checks and runs all tests of all runners, and adds up in the last line.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'
import { sum, type Tally, tallyCargo, tallyCheck, tallyVitest, type VitestReport } from './tally.ts'

interface Stage {
  readonly name: string
  readonly run: () => Promise<Tally>
}

const build = check('build', 'turbo', 'run', 'build', '--output-logs=errors-only')

const stages: readonly Stage[] = [
  check('lint', 'npm', 'run', '--silent', 'lint'),
  check('types', 'npm', 'run', '--silent', 'typecheck'),
  check('rustfmt', 'cargo', 'fmt', '--all', '--check'),
  check('clippy', 'cargo', 'clippy', '--locked', '--workspace', '--all-targets', '--', '--deny', 'warnings'),
  { name: 'Rust tests', run: testRust },
  { name: 'Node tests', run: testNode },
]

function check(name: string, command: string, ...args: readonly string[]): Stage {
  return { name, run: async () => tallyCheck((await run(command, args)).exitCode) }
}

async function testRust(): Promise<Tally> {
  const { output, exitCode } = await run('cargo', ['test', '--locked', '--workspace', '--no-fail-fast'], true)
  return tallyCargo(output, exitCode)
}

async function testNode(): Promise<Tally> {
  const directory = await mkdtemp(join(tmpdir(), 'snek-test-'))
  try {
    const file = join(directory, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const { exitCode } = await run('vitest', ['run', ...reporters])
    return tallyVitest(await readReport(file), exitCode)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Undefined if vitest ended without one. */
async function readReport(file: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VitestReport
  } catch (error) {
    console.error(`vitest left no report: ${(error as Error).message}`)
    return undefined
  }
}

async function perform({ name, run }: Stage): Promise<{ readonly line: string; readonly tally: Tally }> {
  console.log(`\n── ${name}`)
  const started = performance.now()
  const tally = await run()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  return { line: `${name.padEnd(12)}${show(tally)} (${seconds} s)`, tally }
}

function show({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`
}

const results = [await perform(build)]
// Without what is built, all else fails in ways that explain nothing.
if (results[0]?.tally.failed === 0) for (const stage of stages) results.push(await perform(stage))

const total = sum(results.map(({ tally }) => tally))
console.log(`\n${results.map(({ line }) => line).join('\n')}\n${show(total)}`)
process.exitCode = total.failed === 0 ? 0 : 1
