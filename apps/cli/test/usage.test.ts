import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseLines, run, runJson, start, startNode, temporaryDirectory } from './snek.ts'

const KEY = 'ab'.repeat(32)

test('wrong usage is one line and exit code 2', async () => {
  const { code, stdout, stderr } = await run(['statsu'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^snek: [^\n]*Did you mean status\?\)\n$/)
})

test('help and version go to stdout, with exit code 0', async () => {
  const help = await run(['--help'])
  expect(help).toEqual({ code: 0, stdout: expect.stringContaining('Two machines and a file'), stderr: '' })
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

describe('keygen', () => {
  test('writes the seed for its owner alone, and prints the key', async () => {
    const file = join(await temporaryDirectory(), 'key')
    const { code, stdout, stderr } = await run(['keygen', '--out', file])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^[0-9a-f]{64}\n$/)
    expect(stderr).toContain(file)
    expect(await readFile(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const directory = await temporaryDirectory()
    const node = await startNode(directory, 'node', '--key', file)
    expect(`${node.key}\n`).toBe(stdout)
  })

  test('never overwrites a file', async () => {
    const file = join(await temporaryDirectory(), 'key')
    await writeFile(file, 'precious')
    const { code, stderr } = await run(['keygen', '--out', file])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^snek: [^\n]*exist[^\n]*\n$/)
    expect(await readFile(file, 'utf8')).toBe('precious')
  })

  test('--json', async () => {
    const file = join(await temporaryDirectory(), 'key')
    expect(await runJson(['keygen', '--out', file])).toEqual([
      {
        key: expect.stringMatching(/^[0-9a-f]{64}$/),
        host: expect.stringMatching(/^[a-z2-7]{52}\.snek$/),
        file,
      },
    ])
  })
})

describe('failures: exit code 1, one line', () => {
  async function fails(args: readonly string[], pattern: RegExp): Promise<void> {
    const { code, stdout, stderr } = await run(args)
    expect(stderr).toMatch(/^snek: [^\n]+\n$/)
    expect(stderr).toMatch(pattern)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  }

  test('no key file', async () => {
    await fails(['up', '--key', join(await temporaryDirectory(), 'none')], /none/)
  })

  test('a key file that is a directory', async () => {
    await fails(['up', '--key', await temporaryDirectory()], /director/)
  })

  test('a malformed key file', async () => {
    const file = join(await temporaryDirectory(), 'key')
    await writeFile(file, 'not a seed')
    await fails(['up', '--key', file], /64 hex digits/)
  })

  test.each(['tcp', 'ws'])('a port in use, %s', async (scheme) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const admin = join(await temporaryDirectory(), 'admin')
    await fails(['up', '--admin', admin, '--listen', `${scheme}://127.0.0.1:${port}`], /is taken/)
    server.close()
  })

  test('no running node', async () => {
    const admin = join(await temporaryDirectory(), 'admin')
    await fails(['status', '--admin', admin], /no node is running .*snek up/)
    await fails(['ping', KEY, '--admin', admin], /no node is running/)
    await fails(['receive', '--admin', admin], /no node is running/)
  })

  test('a peer that nobody listens at', async () => {
    await fails(
      ['ping', KEY, '--peer', 'tcp://127.0.0.1:1', '--log', 'silent'],
      /could not peer with tcp:\/\/127.0.0.1:1: nobody listens there/,
    )
  })

  test('an unreachable key', async () => {
    const directory = await temporaryDirectory()
    const { admin } = await startNode(directory, 'node')
    await fails(['ping', KEY, '--timeout', '0.3', '--admin', admin], /abababab… gave no answer within 0.3 s/)
    await fails(
      ['send', KEY, '/dev/null', '--timeout', '0.3', '--admin', admin],
      /abababab… gave no answer within 0.3 s/,
    )
  })

  test('files that are none', async () => {
    const directory = await temporaryDirectory()
    await fails(['send', KEY, join(directory, 'none')], /no such file/)
    await fails(['send', KEY, directory], /is a directory/)
    await fails(['receive', '--out', directory], /no regular file/)
    await fails(['receive', '--out', join(directory, 'none', 'file')], /no such directory/)
    await fails(['vectors', join(directory, 'none')], /none/)
  })

  test('--json tells programs, too', async () => {
    const admin = join(await temporaryDirectory(), 'admin')
    const { code, stdout } = await run(['status', '--json', '--admin', admin])
    expect(code).toBe(1)
    expect(parseLines(stdout)).toEqual([
      { event: 'error', code: 'no-running-node', message: expect.stringContaining(admin) },
    ])
  })
})

describe('the admin socket', () => {
  test('belongs to the user alone, and goes with the node', async () => {
    const directory = await temporaryDirectory()
    const { snek, admin } = await startNode(directory, 'node')
    expect((await stat(admin)).mode & 0o777).toBe(0o600)
    snek.signal('SIGTERM')
    expect(await snek.exit()).toBe(0)
    await expect(stat(admin)).rejects.toThrow('ENOENT')
  })

  test('is where the user expects it', async () => {
    const runtime = await temporaryDirectory()
    const env = { XDG_RUNTIME_DIR: runtime }
    const snek = start(['up', '--json'], { env })
    const ready = await snek.record(({ event }) => event === 'ready')
    expect(ready['admin']).toBe(join(runtime, 'snek.sock'))
    const { code, stdout } = await run(['status', '--json'], { env })
    expect(code).toBe(0)
    expect(parseLines(stdout)).toMatchObject([{ key: ready['key'], host: ready['host'] }])
    snek.signal('SIGINT')
    expect(await snek.exit()).toBe(0)
  })

  test('without a runtime directory, in one of its own', async () => {
    const temporary = await temporaryDirectory()
    const snek = start(['up', '--json'], { env: { XDG_RUNTIME_DIR: '', TMPDIR: temporary } })
    const ready = await snek.record(({ event }) => event === 'ready')
    const directory = join(temporary, `snek-${process.getuid?.()}`)
    expect(ready['admin']).toBe(join(directory, 'snek.sock'))
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
  })

  test('a live one is left alone', async () => {
    const directory = await temporaryDirectory()
    const { admin, key } = await startNode(directory, 'node')
    const { code, stderr } = await run(['up', '--admin', admin])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^snek: a node is running at [^\n]*--admin PATH\n$/)
    expect(await runJson(['status', '--admin', admin])).toMatchObject([{ key }])
  })

  test('a dead one is replaced', async () => {
    const directory = await temporaryDirectory()
    const first = await startNode(directory, 'node')
    await first.snek.kill()
    expect((await stat(first.admin)).isSocket()).toBe(true)
    const second = await startNode(directory, 'node')
    expect(await runJson(['status', '--admin', second.admin])).toMatchObject([{ key: second.key }])
  })

  test('no other file is', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'file'), 'precious')
    await mkdir(join(directory, 'directory'))
    for (const name of ['file', 'directory']) {
      const { code, stderr } = await run(['up', '--admin', join(directory, name)])
      expect(code).toBe(1)
      expect(stderr).toContain('is no socket')
    }
    expect(await readFile(join(directory, 'file'), 'utf8')).toBe('precious')
  })
})
