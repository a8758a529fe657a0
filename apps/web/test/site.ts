// The built page on a server of its own, and processes of the command beside it.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type StaticServer, startStaticServer } from '../serve/static-server.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const VITE = fileURLToPath(new URL('../../../node_modules/vite/bin/vite.js', import.meta.url))
const SNEK = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url))

export interface Site extends AsyncDisposable {
  readonly directory: string
  readonly server: StaticServer
}

/** Builds the page as `npm run build` does, but somewhere else. */
export async function buildSite(): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'snek-web-'))
  await runBuild(directory)
  const server = await startStaticServer({ directory })
  const dispose = async (): Promise<void> => {
    await server.close()
    await rm(directory, { recursive: true })
  }
  return { directory, server, [Symbol.asyncDispose]: dispose }
}

/** In a process of its own: a build takes over what the test runner says of the environment. */
async function runBuild(directory: string): Promise<void> {
  const args = [VITE, 'build', '--outDir', directory, '--emptyOutDir', '--logLevel', 'error']
  const env = { ...process.env, NODE_ENV: 'production' }
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env })
}

export interface Relay {
  readonly key: string
  /** Its WebSocket address. */
  readonly uri: string
  /** Resolves once it has told of such an event, since it began. */
  heard(event: string): Promise<void>
  /** Ends it at once, as a lost machine would be. */
  kill(): Promise<void>
}

export interface RelayOptions {
  /** The address of one that is gone, to take it; a free one by default. */
  readonly uri?: string
  /** 64 hex digits; a new one by default. */
  readonly seed?: string
}

/** A `snek up` that listens for WebSockets. */
export function startRelay({ uri = 'ws://127.0.0.1:0/', seed }: RelayOptions = {}): Promise<Relay> {
  return snek('up', '--listen', uri, ...(seed === undefined ? [] : ['--seed', seed]))
}

/** A `snek expose` with a node of its own. */
export function startExpose(origin: string, peer: string): Promise<Relay> {
  return snek('expose', origin, '--peer', peer)
}

async function snek(...args: readonly string[]): Promise<Relay> {
  const directory = await mkdtemp(join(tmpdir(), 'snek-admin-'))
  const child = spawn(process.execPath, ['--conditions=@snek/source', SNEK, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, XDG_RUNTIME_DIR: directory },
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const told = new Events(child)
  const { key, listen } = await told.first('ready')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
    await rm(directory, { recursive: true, force: true })
  }
  const heard = async (event: string): Promise<void> => void (await told.first(event))
  return { key, uri: listen[0] ?? '', heard, kill }
}

interface Told {
  readonly event: string
  readonly key: string
  readonly listen: readonly string[]
}

/** What a command says with `--json`. */
class Events {
  readonly #told: Told[] = []
  readonly #waiting = new Set<() => void>()
  #code: number | null | undefined

  constructor(child: ChildProcess) {
    if (child.stdout === null) throw new Error('no output')
    createInterface(child.stdout).on('line', (line) => {
      this.#told.push(JSON.parse(line) as Told)
      this.#look()
    })
    child.once('exit', (code) => {
      this.#code = code
      this.#look()
    })
  }

  first(event: string): Promise<Told> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.#told.find((told) => told.event === event)
        if (found === undefined && this.#code === undefined) return
        this.#waiting.delete(look)
        if (found === undefined) reject(new Error(`snek ended with exit code ${this.#code}`))
        else resolve(found)
      }
      this.#waiting.add(look)
      look()
    })
  }

  #look(): void {
    for (const look of this.#waiting) look()
  }
}
