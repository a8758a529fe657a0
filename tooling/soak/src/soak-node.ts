// One `snek up`, as a process.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type AdminClient, connectAdmin } from '@snek/node/admin'
import type { Holdings } from './probe.ts'

const SNEK = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url))
const PROBE = new URL('./probe.ts', import.meta.url).href

/** From the sources, as the soak itself. */
const FLAGS = ['--conditions=@snek/source', '--expose-gc', '--import', PROBE]

export class SoakNode {
  readonly name: string
  readonly admin: AdminClient
  /** Ports of 127.0.0.1 that it listens at. */
  readonly ports: { readonly tcp: number; readonly ws: number }
  readonly #child: ChildProcess
  readonly #log: string[]

  private constructor(
    name: string,
    child: ChildProcess,
    admin: AdminClient,
    listen: string[],
    log: string[],
  ) {
    const [tcp = '', ws = ''] = listen
    this.name = name
    this.#child = child
    this.admin = admin
    this.ports = { tcp: Number(new URL(tcp).port), ws: Number(new URL(ws).port) }
    this.#log = log
  }

  /** Peers are URIs; `socket` is the path of its admin socket. */
  static async start(name: string, socket: string, peers: readonly string[]): Promise<SoakNode> {
    const listen = ['tcp://127.0.0.1:0', 'ws://127.0.0.1:0/'].flatMap((uri) => ['--listen', uri])
    const options = ['--json', '--admin', socket, ...listen, ...peers.flatMap((uri) => ['--peer', uri])]
    const child = spawn(process.execPath, [...FLAGS, SNEK, 'up', ...options], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C is for the soak, which ends its nodes in order.
      detached: true,
    })
    const log: string[] = []
    createInterface(child.stderr as Readable).on('line', (line) => log.push(line))
    const lines = createInterface(child.stdout as Readable)
    const gone = once(child, 'close').then(() => {
      throw new Error(`${name} ended at its start: ${log.join(' ') || 'it said nothing'}`)
    })
    const [line] = (await Promise.race([once(lines, 'line'), gone])) as [string]
    gone.catch(() => undefined)
    const ready = JSON.parse(line) as { listen: string[] }
    return new SoakNode(name, child, await connectAdmin(socket), ready.listen, log)
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Lines that it wrote to its log. */
  get logLines(): number {
    return this.#log.length
  }

  /** How it ended, and the end of its log. */
  get lastWords(): string {
    const { exitCode, signalCode } = this.#child
    const how = signalCode === null ? `with exit code ${exitCode}` : `by ${signalCode}`
    return `${how}; ${this.#log.slice(-3).join('; ') || 'it said nothing'}`
  }

  async holdings(): Promise<Holdings> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(10_000) })
    this.#child.send('holdings')
    const [holdings] = (await answer) as [Holdings]
    return holdings
  }

  /** Whether it ended in order. */
  async stop(): Promise<boolean> {
    if (!this.running) return false
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGTERM')
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
    await closed
    clearTimeout(late)
    return this.#child.exitCode === 0
  }
}
