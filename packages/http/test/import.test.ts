// Importing the package changes nothing outside it.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** The platform's own dispatcher comes with node:http; importing all of undici would put another in its place. */
const LOOK = `
await import('node:http')
const dispatchers = () => Object.getOwnPropertySymbols(globalThis)
  .filter((symbol) => String(symbol).includes('undici'))
  .map((symbol) => globalThis[symbol])
const before = dispatchers()
for (const entry of ['node', 'web', 'proxy']) await import('./src/' + entry + '/index.ts')
const after = dispatchers()
console.log(before.length > 0 && after.length === before.length && after.every((one, at) => one === before[at]))
`

test('the platform’s fetch keeps its dispatcher', async () => {
  const args = ['--conditions=@snek/source', '--input-type=module', '--eval', LOOK]
  const cwd = new URL('..', import.meta.url)
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd })
  expect(stdout).toBe('true\n')
})
