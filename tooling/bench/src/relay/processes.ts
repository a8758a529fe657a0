// The processes of a measurement: started, awaited, ended.
import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** Longer than anything takes that goes well, in ms. */
const PATIENCE = 20_000

const CONDITIONS = '--conditions=@snek/source'
const OBSERVE = new URL('./observe.ts', import.meta.url).href

/** A process that runs one of the project's files and is killed with its use. */
export class Process implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #name: string
  #errors = ''

  /** `built`: as users run it, not from the sources. `cpuProfile`: a directory for a profile of it. */
  constructor(
    file: URL,
    parameters: readonly string[],
    options: { built?: boolean; observed?: boolean; cpuProfile?: string | undefined } = {},
  ) {
    const { built = false, observed = false, cpuProfile } = options
    const execArgv = built ? [] : [CONDITIONS]
    if (observed) execArgv.push(`--import=${OBSERVE}`)
    if (cpuProfile !== undefined) execArgv.push('--cpu-prof', `--cpu-prof-dir=${cpuProfile}`)
    this.#name = fileURLToPath(file)
    this.#child = fork(file, parameters, { execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    this.#child.stderr?.on('data', (text) => {
      this.#errors += text
    })
  }

  tell(message: object): void {
    this.#child.send(message)
  }

  /** The next message of a type. */
  hear<T extends { type: string }, N extends T['type']>(type: N): Promise<Extract<T, { type: N }>> {
    return this.#await((found) => {
      const listener = (message: T): void => {
        if (message.type === type) found(message as Extract<T, { type: N }>)
      }
      this.#child.on('message', listener)
      return () => this.#child.off('message', listener)
    })
  }

  /** Where it listens, once it writes that it is ready. */
  ready(): Promise<string> {
    return this.#await((found) => {
      const lines = createInterface(this.#child.stdout as Readable)
      lines.on('line', (line) => {
        const { event, listen } = JSON.parse(line) as { event: string; listen: [string] }
        if (event === 'ready') found(listen[0])
      })
      return () => this.#child.stdout?.resume()
    })
  }

  #await<T>(listen: (found: (value: T) => void) => () => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (what: string): void =>
        settle(() => reject(new Error(`${this.#name}: ${what}\n${this.#errors}`)))
      const onExit = (): void => fail('it ended')
      const timer = setTimeout(() => fail('nothing was heard'), PATIENCE)
      const stop = listen((value) => settle(() => resolve(value)))
      this.#child.once('exit', onExit)
      const settle = (then: () => void): void => {
        clearTimeout(timer)
        this.#child.off('exit', onExit)
        stop()
        then()
      }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    // In order, for a profile to be written; the ends have nothing to put in order.
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(timer)
  }
}
