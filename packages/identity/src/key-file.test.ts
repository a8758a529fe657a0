import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createIdentity } from './index.ts'
import { loadIdentity, loadOrCreateIdentity, saveIdentity } from './key-file.ts'

const identity = createIdentity({ seed: new Uint8Array(32).fill(0xab) })
let directory: string
let path: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snek-identity-'))
  path = join(directory, 'key')
})

afterEach(() => rm(directory, { recursive: true }))

test('is made once, for the owner’s eyes', async () => {
  const made = await loadOrCreateIdentity(path)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readFile(path, 'ascii')).toMatch(/^[0-9a-f]{64}\n$/)
  expect((await loadOrCreateIdentity(path)).key).toEqual(made.key)
  expect((await loadIdentity(path)).seed).toEqual(made.seed)
})

test('is never overwritten', async () => {
  await writeFile(path, 'something else')
  await expect(saveIdentity(path, identity)).rejects.toMatchObject({ code: 'key-file-exists' })
  await expect(loadOrCreateIdentity(path)).rejects.toMatchObject({ code: 'key-file-malformed' })
  expect(await readFile(path, 'ascii')).toBe('something else')
})

test('may hold upper case and any white space around', async () => {
  await writeFile(path, ` ${'AB'.repeat(32)}\r\n`)
  expect((await loadIdentity(path)).key).toEqual(identity.key)
})

test.each([
  ['', 'key-file-malformed'],
  ['ab'.repeat(31), 'key-file-malformed'],
  ['xy'.repeat(32), 'key-file-malformed'],
  ['ab'.repeat(32) + ' '.repeat(2000) + 'x', 'key-file-malformed'],
])('is refused if it holds %j', async (text, code) => {
  await writeFile(path, text)
  await expect(loadIdentity(path)).rejects.toMatchObject({ code })
})

test('that never ends is not read to its end', async () => {
  await expect(loadIdentity('/dev/zero')).rejects.toMatchObject({ code: 'key-file-malformed' })
})

test('is refused in one line that says why', async () => {
  await expect(loadIdentity(path)).rejects.toMatchObject({ code: 'key-file-missing' })
  await expect(loadIdentity(directory)).rejects.toMatchObject({ code: 'key-file-unreadable' })
  const nowhere = join(directory, 'no', 'key')
  await expect(saveIdentity(nowhere, identity)).rejects.toMatchObject({
    code: 'key-file-unwritable',
    message: expect.stringContaining(`can't write the key file ${nowhere}: there is no such`),
  })
})

test('may be read by others, with a warning', async () => {
  await saveIdentity(path, identity)
  const lines: unknown[] = []
  const logger = { enabled: () => true, log: (...line: unknown[]) => lines.push(line) }
  await loadIdentity(path, { logger })
  expect(lines).toEqual([])
  await chmod(path, 0o644)
  await loadIdentity(path, { logger })
  expect(lines).toEqual([['warn', expect.stringContaining('chmod 600'), { path }]])
})
