// Runs a program of the repository with its output on the terminal.
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

export interface Outcome {
  /** As a shell has it: 128 and the signal's number if a signal ended it, 127 if it couldn't be started. */
  readonly exitCode: number
  /** What it wrote to standard output, if that was asked for. */
  readonly output: string
}

/** Runs `command` to its end; its standard output goes through here if it is to be `captured`. */
export function run(command: string, args: readonly string[], captured = false): Promise<Outcome> {
  const child: ChildProcess = spawn(command, args, {
    stdio: ['ignore', captured ? 'pipe' : 'inherit', 'inherit'],
  })
  const chunks: Uint8Array[] = []
  child.stdout?.on('data', (chunk: Uint8Array) => {
    chunks.push(chunk)
    process.stdout.write(chunk)
  })
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`)
      resolve({ exitCode: 127, output: '' })
    })
    child.once('close', (code, signal) => {
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
      resolve({ exitCode, output: Buffer.concat(chunks).toString() })
    })
  })
}
