// How a command ends: exit codes, and what is said about a failure.
import { SnekError } from '@snek/platform'
import { emit, note } from './output.ts'

export const DONE = 0
export const FAILED = 1
export const WRONG_USAGE = 2

export type ExitCode = typeof DONE | typeof FAILED | typeof WRONG_USAGE

/** A failure that a command expects. The message is one line: what is wrong, and how to mend it. */
export class CommandError extends SnekError {}

/** Arguments that are well formed each, but not together. */
export class UsageError extends SnekError {
  constructor(message: string) {
    super('wrong-usage', message)
  }
}

/** Tells the user about a failure, and gives the exit code. */
export function reportFailure(error: unknown, json: boolean): ExitCode {
  const { code, message } = describe(error)
  if (json) emit({ event: 'error', code, message })
  note(`snek: ${message}`)
  if (process.env['SNEK_DEBUG'] && error instanceof Error) note(error.stack ?? '')
  return error instanceof UsageError ? WRONG_USAGE : FAILED
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof SnekError) return { code: error.code, message: oneLine(error.message) }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message: `unexpected: ${oneLine(message)} (SNEK_DEBUG=1 shows where)` }
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ')
}
