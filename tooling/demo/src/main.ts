// Three nodes, one file: A and B have no link but through R, which relays and can't read.
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Network, startNetwork } from './network.ts'
import { choosePayload, type Payload } from './payload.ts'
import { drawTree, wayAlongTree } from './picture.ts'
import { PlaintextDetector, sampleFile } from './plaintext-detector.ts'
import { Processes } from './processes.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

async function main(file: string | undefined): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'snek-demo-'))
  try {
    const payload = await choosePayload(file, ROOT, directory)
    // A minute to start and to find the ways, and a second for each 500 kB.
    const limit = AbortSignal.timeout(60_000 + Math.ceil(payload.size / 500))
    await using processes = new Processes(AbortSignal.any([limit, interrupted()]))
    await show(payload, directory, processes)
    await processes.stop()
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function show(payload: Payload, directory: string, processes: Processes): Promise<void> {
  const detector = new PlaintextDetector(await sampleFile(payload.path))
  await using network = await startNetwork(processes, directory, detector)
  introduce(network)
  await network.converged()
  await showTree(network)
  await showRoundTrip(network, processes)
  const before = await network.relayed()
  await transfer(network, processes, payload, directory)
  const after = await network.relayed()
  showRoute(await network.places(), after.fromA - before.fromA, after.toB - before.toB, payload)
  await showSecrecy(network, detector, payload)
}

function introduce({ a, r, b, tap }: Network): void {
  heading('Three nodes, each a process of its own')
  line(`A  ${a.key}  process ${a.pid}, dials R by TCP`)
  line(`R  ${r.key}  process ${r.pid}, listens`)
  line(`B  ${b.key}  process ${b.pid}, dials R by WebSocket`)
  line()
  line(`A ──── ${r.tcp} ──── R ──── ${r.ws} ──── B`)
  line(`(A's connection passes through ${tap.uri}, where this program listens in)`)
}

async function showTree(network: Network): Promise<void> {
  heading('The tree that they agreed on')
  for (const text of drawTree(await network.places())) line(text)
}

async function showRoundTrip({ a, b }: Network, processes: Processes): Promise<void> {
  const pings = ['--count', '20', '--interval', '0', '--admin', a.admin]
  const summary = await processes.run('ping', b.key, ...pings)
  heading('Round trip A → R → B → R → A, over an encrypted session')
  const [shortest, median, longest] = ['min_ms', 'median_ms', 'max_ms'].map((name) =>
    milliseconds(summary[name]),
  )
  line(`shortest ${shortest}, median ${median}, longest ${longest}`)
}

async function transfer(
  { a, b }: Network,
  processes: Processes,
  payload: Payload,
  directory: string,
): Promise<void> {
  heading(`Sending ${basename(payload.path)}: ${megabytes(payload.size)}, ${payload.description}`)
  const out = join(directory, 'received')
  const receiver = processes.start('receive', '--once', '--out', out, '--admin', b.admin, '--json')
  await receiver.event('ready')
  const sent = await processes.run('send', b.key, payload.path, '--admin', a.admin)
  const received = await receiver.event('received')
  const seconds = Number(sent['ms']) / 1000
  line(`${seconds.toFixed(2)} s, ${megabytes(payload.size / seconds)}/s`)
  line(`SHA-256 at A  ${sent['sha256']}`)
  line(`SHA-256 at B  ${received['sha256']}`)
  if (sent['sha256'] !== received['sha256'] || received['bytes'] !== payload.size) {
    throw new Error('B received something else than A sent')
  }
}

function showRoute(
  places: Awaited<ReturnType<Network['places']>>,
  fromA: number,
  toB: number,
  payload: Payload,
): void {
  const [a, , b] = places
  const way = wayAlongTree(places, a, b).map(({ name }) => name)
  heading('The route')
  line(
    `${way.join(' → ')}: R took ${megabytes(fromA)} of traffic from A and passed ${megabytes(toB)} on to B`,
  )
  if (way.join() !== 'A,R,B' || fromA < payload.size || toB < payload.size) {
    throw new Error('the file did not pass through R')
  }
}

async function showSecrecy({ tap }: Network, detector: PlaintextDetector, payload: Payload): Promise<void> {
  const control = detector.search()
  for await (const chunk of createReadStream(payload.path)) control.add(chunk as Uint8Array)
  const { bytes, found } = tap.report
  heading('What R saw')
  if (detector.count === 0) return line('The file is too short or too uniform to search for pieces of it.')
  line(
    `Of ${detector.count} samples of the file, ${control.found} are in the file itself (so the search works),`,
  )
  line(`and ${found} in the ${megabytes(bytes)} that passed between A and R: it saw only ciphertext.`)
  if (control.found !== detector.count) throw new Error('the search for samples is at fault')
  if (found > 0) throw new Error('R saw parts of the file')
  if (bytes < payload.size) throw new Error('the file did not pass where this program listened')
}

function interrupted(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => controller.abort(new Error(`interrupted by ${name}`)))
  }
  return controller.signal
}

function heading(text: string): void {
  console.log(`\n${text}`)
}

function line(text = ''): void {
  console.log(text === '' ? '' : `  ${text}`)
}

function milliseconds(value: unknown): string {
  return `${Number(value).toFixed(2)} ms`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e6 ? 3 : 1)} MB`
}

try {
  await main(process.argv[2])
  console.log('\nDone: the file arrived whole, and nothing is left running.')
} catch (error) {
  console.error(`\nThe demonstration failed: ${(error as Error).message}`)
  process.exitCode = 1
}
