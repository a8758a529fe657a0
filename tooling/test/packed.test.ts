// What users install works without the rest of the repository, without Rust, and on the oldest Node promised.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import snek from '../../apps/cli/package.json' with { type: 'json' }
import { installPacked, type Manifest, runOwnNode, runTool } from './packed.ts'

const PATIENCE = 120_000

let directory: string
let manifests: Manifest[]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snek-packed-'))
  manifests = await installPacked(directory)
}, PATIENCE)

afterAll(() => rm(directory, { recursive: true }))

/** All that can be imported, but suites for vitest, which are not for users to have without it. */
function entries(): string[] {
  const all = manifests.flatMap(({ name, exports }) =>
    Object.keys(exports).map((path) => path.replace(/^\./, name)),
  )
  return all.filter((entry) => !entry.endsWith('/testing') && !entry.endsWith('/package.json'))
}

test('every package can be imported', { timeout: PATIENCE }, async () => {
  const imports = entries().map((entry) => `await import(${JSON.stringify(entry)})`)
  expect(imports).not.toEqual([])
  await writeFile(join(directory, 'imports.mjs'), imports.join('\n'))
  await runOwnNode(directory, 'imports.mjs')
})

test('every package has its types', { timeout: PATIENCE }, async () => {
  const imports = entries().map((entry, index) => `export * as _${index} from ${JSON.stringify(entry)}`)
  await writeFile(join(directory, 'types.mts'), imports.join('\n'))
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node']
  await runTool(directory, 'tsc', ...options, 'types.mts').catch(({ stdout }) => expect(stdout).toBe(''))
})

test('two nodes exchange bytes', { timeout: PATIENCE }, async () => {
  await writeFile(join(directory, 'nodes.mjs'), NODES)
  expect(await runOwnNode(directory, 'nodes.mjs')).toBe('across\n')
})

const NODES = `
import { createNode } from '@snek/node'
const a = await createNode({ listen: ['tcp://127.0.0.1:0'] })
const b = await createNode({ peers: a.listening })
const listener = a.listen('echo')
const echo = (async () => {
  for await (const session of listener) {
    for await (const stream of session.streams) await stream.readable.pipeTo(stream.writable)
  }
})()
const session = await b.dial(a.key, 'echo')
const stream = await session.openStream()
const writer = stream.writable.getWriter()
await writer.write(new TextEncoder().encode('across'))
await writer.close()
let text = ''
const decoder = new TextDecoder()
for await (const chunk of stream.readable) text += decoder.decode(chunk, { stream: true })
console.log(text)
await b.close()
await a.close()
await echo
`

test('the command runs', { timeout: PATIENCE }, async () => {
  const said = await runOwnNode(directory, 'node_modules/snek/bin/snek.js', '--version')
  expect(said).toBe(`${snek.version}\n`)
})
