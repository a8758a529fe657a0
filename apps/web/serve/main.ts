// `npm run web`: the page, a node for it to peer with, and a web site at a key, until it is interrupted.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { serveDemo } from './demo-service.ts'
import { startStaticServer } from './static-server.ts'

const SNEK = fileURLToPath(new URL('../../cli/bin/snek.js', import.meta.url))
const DIRECTORY = fileURLToPath(new URL('../dist', import.meta.url))

const PAGE_PORT = Number(process.env['PORT'] ?? 8080)

interface Ready {
  readonly event: string
  readonly key: string
  readonly listen: readonly string[]
}

const children: ChildProcess[] = []

/** Starts a command that stays; gives what it says once it is ready. */
async function snek(...args: readonly string[]): Promise<Ready> {
  const child = spawn(process.execPath, [SNEK, ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const lines = createInterface(child.stdout)
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const record = JSON.parse(line) as Ready
      if (record.event === 'ready') resolve(record)
    })
    child.once('exit', (code) => reject(new Error(`snek ${args[0]} ended with exit code ${code}`)))
    child.once('error', reject)
  })
}

/** The address at which a page from that host reaches the node: the same machine, the node's port. */
function peerFor(host: string, listening: string): string {
  return `ws://${host === '' ? '127.0.0.1' : host}:${new URL(listening).port}/`
}

async function main(): Promise<void> {
  // Everybody's own: two of these may run on one machine.
  const admin = ['--admin', `${process.env['TMPDIR'] ?? '/tmp'}/snek-web-${process.pid}.sock`]
  const up = await snek('up', '--listen', 'ws://0.0.0.0:0/', ...admin)
  const listening = up.listen[0] ?? ''
  const demo = await serveDemo()
  const site = await snek('expose', demo.origin, '--peer', peerFor('', listening))
  const page = await startStaticServer({
    directory: DIRECTORY,
    host: '0.0.0.0',
    port: PAGE_PORT,
    suggestions: (host) => ({ peers: [peerFor(host, listening)], browse: [{ name: 'Demo', key: site.key }] }),
  })
  console.log(`
  Open     ${page.url}

  A node   ${up.key.slice(0, 8)}… at ${peerFor('', listening)}, for the page to peer with
  A site   ${demo.origin}, behind snek expose at ${site.key.slice(0, 8)}…: browse it from the page

  Open the page in a second browser (or a private window) for a second node. Ctrl-C ends all.
`)
}

function stop(): void {
  for (const child of children) child.kill('SIGTERM')
  process.exit()
}

process.once('SIGINT', stop)
process.once('SIGTERM', stop)
main().catch((error: Error) => {
  console.error(`npm run web: ${error.message}`)
  process.exitCode = 1
  stop()
})
