import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CaseResult, loadImplementations, runVectors, type VectorFile } from '@snek/conformance'
import { CommandError, DONE, type ExitCode, FAILED } from '../exit.ts'
import { dim, emit, say } from '../output.ts'
import { systemReason } from '../system-reason.ts'

export async function vectors(directory: string, { json }: { json?: true }): Promise<ExitCode> {
  const files = await readFiles(directory)
  const implementations = await loadImplementations()
  const width = Math.max(...files.map(({ name }) => name.length))
  let [passed, failed] = [0, 0]
  for (const file of files) {
    const results = [...runVectors([file], implementations)]
    const failures = results.filter((result) => !result.passed)
    passed += results.length - failures.length
    failed += failures.length
    if (json) for (const record of failures.flatMap(toRecords)) emit(record)
    else say(describeFile(file.name.padEnd(width), results, failures))
  }
  if (json) emit({ event: 'summary', passed, failed })
  else say(`${passed} passed, ${failed} failed`)
  return failed === 0 ? DONE : FAILED
}

/** Every file of cases, by name. */
async function readFiles(directory: string): Promise<VectorFile[]> {
  try {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.json')).sort()
    if (names.length > 0) {
      return await Promise.all(
        names.map(async (name) => ({ name, text: await readFile(join(directory, name), 'utf8') })),
      )
    }
  } catch (error) {
    const { path = directory } = error as NodeJS.ErrnoException
    throw new CommandError(
      'vectors-unreadable',
      `can't read ${path}: ${systemReason(error, { ENOTDIR: 'it is no directory' })}`,
    )
  }
  throw new CommandError(
    'no-vectors',
    `there are no .json files in ${directory}: name a directory of vectors`,
  )
}

function toRecords({ file, index, failures }: CaseResult): object[] {
  return failures.map((failure) => ({ event: 'failure', file, index: index ?? null, ...failure }))
}

function describeFile(name: string, results: readonly CaseResult[], failures: readonly CaseResult[]): string {
  const passed = String(results.length - failures.length).padStart(5)
  const failed = String(failures.length).padStart(5)
  const by = results[0]?.implementations.join(' and ') ?? ''
  const counts = `${name} ${passed} passed ${failed} failed  ${dim(by)}`.trimEnd()
  return [counts, ...failures.flatMap(describeCase)].join('\n')
}

function describeCase({ file, index, failures }: CaseResult): string[] {
  const where = index === undefined ? file : `${file} case ${index}`
  return failures.map(
    ({ implementation, field, expected, got }) =>
      `  ${where}, ${implementation}: ${field}: expected ${expected}, got ${got}`,
  )
}
