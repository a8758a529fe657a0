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
  /** Ends it at once, as a lost machine would be. */
  kill(): Promise<void>
}

/** A `snek up` that listens for WebSockets; `uri` to take the address of one that is gone. */
export async function startRelay(uri = 'ws://127.0.0.1:0/'): Promise<Relay> {
  const child = spawn(
    process.execPath,
    ['--conditions=@snek/source', SNEK, 'up', '--listen', uri, '--json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, XDG_RUNTIME_DIR: await mkdtemp(join(tmpdir(), 'snek-admin-')) },
    },
  )
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const { key, listen } = await firstLine(child)
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  return { key, uri: listen[0] ?? '', kill }
}

function firstLine(child: ChildProcess): Promise<{ key: string; listen: string[] }> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`snek up ended with exit code ${code}`)))
    if (child.stdout === null) return reject(new Error('no output'))
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line)))
  })
}
