// Processes of the snek command: nodes that stay, and commands that end.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const SNEK = fileURLToPath(new URL('../../../apps/cli/bin/snek.js', import.meta.url))

/** A JSON line of the command's output. */
export type Record = { readonly [field: string]: unknown }

export class Processes implements AsyncDisposable {
  readonly #running = new Set<SnekProcess>()
  readonly #signal: AbortSignal

  /** When `signal` aborts, everything that waits here rejects with its reason. */
  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  start(...args: readonly string[]): SnekProcess {
    const process = new SnekProcess(args, this.#signal)
    this.#running.add(process)
    return process
  }

  /** Runs a command to its end; gives its last JSON line. Rejects if it fails. */
  async run(...args: readonly string[]): Promise<Record> {
    const process = this.start(...args, '--json')
    await process.succeeded()
    this.#running.delete(process)
    const last = process.records.at(-1)
    if (last === undefined) throw new Error(`snek ${args.join(' ')} said nothing`)
    return last
  }

  /** Ends all nodes in order; rejects if one of them doesn't. */
  async stop(): Promise<void> {
    for (const process of this.#running) process.terminate()
    for (const process of this.#running) await process.succeeded()
    this.#running.clear()
  }

  /** Ends what is left by force. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#running) await process.kill()
  }
}

export class SnekProcess {
  readonly pid: number | undefined
  readonly records: Record[] = []
  readonly #name: string
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #signal: AbortSignal
  readonly #exited: Promise<void>
  #stderr = ''
  #wake: () => void = () => undefined

  constructor(args: readonly string[], signal: AbortSignal) {
    this.#name = `snek ${args[0]}`
    this.#signal = signal
    this.#child = spawn(process.execPath, [SNEK, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.pid = this.#child.pid
    this.#child.stderr.on('data', (chunk: Uint8Array) => {
      this.#stderr = (this.#stderr + chunk).slice(-4000)
    })
    createInterface(this.#child.stdout).on('line', (line) => {
      this.records.push(JSON.parse(line) as Record)
      this.#wake()
    })
    this.#exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', () => resolve())
    })
    this.#exited.catch(() => undefined)
  }

  /** Resolves with the first record of that event. */
  async event(name: string): Promise<Record> {
    for (;;) {
      const found = this.records.find(({ event }) => event === name)
      if (found !== undefined) return found
      const news = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      const ended = this.#exited.then(() => Promise.reject(this.#failure()))
      await this.#unlessAborted(Promise.race([news, ended]))
    }
  }

  /** Resolves when the process ended with exit code 0. */
  async succeeded(): Promise<void> {
    await this.#unlessAborted(this.#exited)
    if (this.#child.exitCode !== 0) throw this.#failure()
  }

  terminate(): void {
    this.#child.kill('SIGTERM')
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  #failure(): Error {
    const { exitCode, signalCode } = this.#child
    const how = signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`
    return new Error(`${this.#name} ended with ${how}: ${this.#stderr.trim() || 'it said nothing'}`)
  }

  #unlessAborted<T>(work: Promise<T>): Promise<T> {
    const signal = this.#signal
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason)
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, { once: true })
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    })
  }
}
