import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseLines, run, temporaryDirectory } from './snek.ts'

const VECTORS = fileURLToPath(new URL('../../../test-vectors/', import.meta.url))

interface Case {
  [field: string]: unknown
}

async function cases(name: string): Promise<Case[]> {
  return JSON.parse(await readFile(join(VECTORS, name), 'utf8')) as Case[]
}

test('all of test-vectors pass, counted by file', async () => {
  const { code, stdout, stderr } = await run(['vectors', VECTORS])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const names = (await readdir(VECTORS)).filter((name) => name.endsWith('.json')).sort()
  const counts = await Promise.all(names.map(async (name) => (await cases(name)).length))
  const lines = stdout.trimEnd().split('\n')
  expect(lines.pop()).toBe(`${counts.reduce((sum, count) => sum + count)} passed, 0 failed`)
  expect(lines.map((line) => line.split(/\s+/).slice(0, 5).join(' '))).toEqual(
    names.map((name, index) => `${name} ${counts[index]} passed 0 failed`),
  )
})

test('a wrong case is named with what was expected and what came out', async () => {
  const directory = await temporaryDirectory()
  await copyFile(join(VECTORS, 'coordinates.json'), join(directory, 'coordinates.json'))
  const changed = await cases('varu64.json')
  changed[2] = { ...changed[2], hex: '8952', value: '1235' }
  await writeFile(join(directory, 'varu64.json'), JSON.stringify(changed))
  const people = await run(['vectors', directory])
  expect(people.code).toBe(1)
  const total = changed.length + (await cases('coordinates.json')).length
  expect(people.stdout.trimEnd().split('\n').at(-1)).toBe(`${total - 1} passed, 1 failed`)
  expect(people.stdout).toContain('varu64.json case 2, typescript: hex: expected 8952, got 8953\n')
  expect(people.stdout).toContain('varu64.json case 2, wasm: hex: expected 8952, got 8953\n')

  const programs = await run(['vectors', directory, '--json'])
  expect(programs.code).toBe(1)
  const failure = {
    event: 'failure',
    file: 'varu64.json',
    index: 2,
    field: 'hex',
    expected: '8952',
    got: '8953',
  }
  expect(parseLines(programs.stdout)).toEqual([
    { ...failure, implementation: 'typescript' },
    { ...failure, implementation: 'wasm' },
    { event: 'summary', passed: total - 1, failed: 1 },
  ])
})

test('what is no vector file fails, and the rest goes on', async () => {
  const directory = await temporaryDirectory()
  await copyFile(join(VECTORS, 'varu64.json'), join(directory, 'varu64.json'))
  await writeFile(join(directory, 'frames.json'), '[{"frame":')
  await writeFile(join(directory, 'README.md'), 'not looked at')
  const { code, stdout } = await run(['vectors', directory, '--json'])
  expect(code).toBe(1)
  expect(parseLines(stdout)).toEqual([
    expect.objectContaining({
      event: 'failure',
      file: 'frames.json',
      index: null,
      expected: 'a JSON list of cases',
    }),
    { event: 'summary', passed: (await cases('varu64.json')).length, failed: 1 },
  ])
})

test('a directory without vectors is a failure in one line', async () => {
  const directory = await temporaryDirectory()
  const { code, stdout, stderr } = await run(['vectors', directory])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^snek: there are no \.json files in [^\n]+\n$/)
})
