// Real processes of the command, from its sources, for the tests in this directory.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished, vi } from 'vitest'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

const COMPILE_CACHE = fileURLToPath(new URL('../../../node_modules/.cache/snek-tests', import.meta.url))

/** The longest that a test waits for any one thing, in milliseconds. */
export const PATIENCE = 60_000
/** For `vi.waitFor`. */
export const PATIENT: { timeout: number; interval: number } = { timeout: PATIENCE, interval: 50 }

// A test takes several steps; each has its own limit, with more to say when it is over.
vi.setConfig({ testTimeout: 10 * PATIENCE, hookTimeout: 2 * PATIENCE })

/** A line of `--json` output. */
export type Record = { readonly [field: string]: unknown }

export interface RunOptions {
  readonly stdin?: Uint8Array
  readonly env?: { readonly [name: string]: string }
}

export interface RunResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const snek = start(args, options)
  const code = await snek.exit()
  return { code, stdout: snek.stdout, stderr: snek.stderr }
}

/** Runs a command with `--json` to its end, expecting success; gives its lines. */
export async function runJson(args: readonly string[]): Promise<Record[]> {
  const { code, stdout, stderr } = await run([...args, '--json'])
  if (code !== 0) throw new Error(`snek ${args.join(' ')}: exit code ${code}: ${stderr}`)
  return parseLines(stdout)
}

/** Every line has to be a JSON object. */
export function parseLines(stdout: string): Record[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record)
}

/** Starts a command; when the test is over, what still runs is killed. */
export function start(args: readonly string[], options: RunOptions = {}): Snek {
  const snek = new Snek(args, options)
  onTestFinished(() => snek.kill())
  return snek
}

/** Starts a node and waits until it is ready; when the test is over, it is killed. */
export function startNode(directory: string, name: string, ...args: readonly string[]): Promise<SnekNode> {
  const admin = join(directory, `${name}.sock`)
  return ready(start(upArguments(admin, args)), admin)
}

/** The same for several tests: whoever starts it kills it. */
export function startSharedNode(
  directory: string,
  name: string,
  ...args: readonly string[]
): Promise<SnekNode> {
  const admin = join(directory, `${name}.sock`)
  return ready(new Snek(upArguments(admin, args)), admin)
}

function upArguments(admin: string, args: readonly string[]): string[] {
  return ['up', '--json', '--admin', admin, ...args]
}

async function ready(snek: Snek, admin: string): Promise<SnekNode> {
  const { key, listen } = await snek.record(({ event }) => event === 'ready')
  return { snek, admin, key: String(key), listen: listen as string[] }
}

export interface SnekNode {
  readonly snek: Snek
  readonly admin: string
  readonly key: string
  readonly listen: readonly string[]
}

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'snek-test-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

export class Snek {
  readonly child: ChildProcessWithoutNullStreams
  readonly #exited: Promise<number | null>
  #stdout: Uint8Array[] = []
  #stderr = ''

  constructor(args: readonly string[], { stdin, env }: RunOptions = {}) {
    this.child = spawn(process.execPath, ['--conditions=@snek/source', MAIN, ...args], {
      // Many processes start, most of which do little more than that.
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    })
    this.child.stdout.on('data', (chunk: Uint8Array) => this.#stdout.push(chunk))
    this.child.stderr.on('data', (chunk: Uint8Array) => {
      this.#stderr += chunk
    })
    // A command that fails doesn't read its input to the end.
    this.child.stdin.on('error', () => undefined)
    if (stdin !== undefined) this.child.stdin.end(stdin)
    this.#exited = new Promise((resolve) => this.child.once('close', resolve))
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#stdout)
  }

  get stdout(): string {
    return Buffer.concat(this.#stdout).toString()
  }

  get stderr(): string {
    return this.#stderr
  }

  /** The exit code, null for one that a signal ended. */
  exit(): Promise<number | null> {
    return this.#unlessTooLong(this.#exited)
  }

  /** The first JSON line that `matches`. */
  record(matches: (record: Record) => boolean): Promise<Record> {
    return this.#find(this.child.stdout, () => {
      const { stdout } = this
      return parseLines(stdout.slice(0, stdout.lastIndexOf('\n') + 1)).find(matches)
    })
  }

  /** The first line on stderr that `pattern` describes. */
  said(pattern: RegExp): Promise<string> {
    return this.#find(this.child.stderr, () => {
      const lines = this.#stderr.split('\n').slice(0, -1)
      return lines.find((line) => pattern.test(line))
    })
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#exited
  }

  /** What `look` finds, once it does; it looks again whenever `source` has more. */
  #find<T>(source: Readable, look: () => T | undefined): Promise<T> {
    const finding = new Promise<T>((resolve, reject) => {
      const onData = (): void => {
        const found = look()
        if (found === undefined) return
        source.off('data', onData)
        resolve(found)
      }
      source.on('data', onData)
      onData()
      void this.#exited.then((code) => reject(new Error(`ended with exit code ${code}: ${this.#stderr}`)))
    })
    return this.#unlessTooLong(finding)
  }

  #unlessTooLong<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new Error(
            `nothing for ${PATIENCE / 1000} s from ${this.child.spawnargs.join(' ')}: ${this.#stderr}`,
          ),
        )
      }, PATIENCE)
      work.then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }
}
