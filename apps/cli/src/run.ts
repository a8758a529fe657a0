// One run of the command: parse, do, answer with the exit code.
import { CommanderError } from 'commander'
import { DONE, type ExitCode, reportFailure, UsageError } from './exit.ts'
import { createProgram } from './program.ts'

/** `argv` without the interpreter and the script. Never throws. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  let outcome: ExitCode = DONE
  const program = createProgram((code) => {
    outcome = code
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return outcome
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return DONE
    return reportFailure(asUsageError(error), argv.includes('--json'))
  }
}

function asUsageError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  if (error.code === 'commander.help')
    return new UsageError('say what to do: snek --help shows what there is')
  return new UsageError(error.message.replace(/^error: (command-argument (?=value))?/, ''))
}
