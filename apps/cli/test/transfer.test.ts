// send and receive: two processes with a node of their own each, and through running nodes.
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { noise } from './noise.ts'
import { parseLines, run, type Snek, start, startNode, temporaryDirectory } from './snek.ts'

const LENGTH = 3_000_000

interface Receiver {
  readonly snek: Snek
  readonly key: string
  readonly uri: string
}

/** A receiver with a node of its own. */
async function startReceiver(...args: readonly string[]): Promise<Receiver> {
  const snek = start(['receive', '--listen', 'tcp://127.0.0.1:0', ...args])
  await snek.said(/Peers can reach this node at/)
  const [, key = ''] = /snek send ([0-9a-f]{64})/.exec(snek.stderr) ?? []
  const [uri = ''] = /tcp:\S+/.exec(snek.stderr) ?? []
  return { snek, key, uri }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('with nodes of their own', () => {
  test('a file to a file', async () => {
    const directory = await temporaryDirectory()
    const [file, out] = [join(directory, 'file'), join(directory, 'out')]
    const bytes = noise(LENGTH)
    await writeFile(file, bytes)
    const { snek, key, uri } = await startReceiver('--once', '--out', out)
    const sent = await run(['send', key, file, '--peer', uri])
    expect(sent.code, sent.stderr).toBe(0)
    expect(sent.stdout).toContain(`sha256 ${sha256(bytes)}`)
    expect(await snek.exit()).toBe(0)
    expect(snek.stderr).toContain(`sha256 ${sha256(bytes)}`)
    expect(snek.stdout).toBe('')
    expect(sha256(await readFile(out))).toBe(sha256(bytes))
  })

  test('stdin to stdout, with a protocol name of their own', async () => {
    const bytes = noise(LENGTH)
    const { snek, key, uri } = await startReceiver('--once', '--protocol', 'backup')
    const sent = await run(['send', key, '--protocol', 'backup', '--peer', uri], { stdin: bytes })
    expect(sent.code, sent.stderr).toBe(0)
    expect(await snek.exit()).toBe(0)
    expect(sha256(snek.bytes)).toBe(sha256(bytes))
  })

  test('nothing at all', async () => {
    const { snek, key, uri } = await startReceiver('--once')
    const sent = await run(['send', key, '--peer', uri], { stdin: new Uint8Array(0) })
    expect(sent.code, sent.stderr).toBe(0)
    expect(await snek.exit()).toBe(0)
    expect(snek.bytes).toHaveLength(0)
  })

  test('--json', async () => {
    const directory = await temporaryDirectory()
    const out = join(directory, 'out')
    const snek = start(['receive', '--once', '--out', out, '--json', '--listen', 'ws://127.0.0.1:0/'])
    const ready = await snek.record(({ event }) => event === 'ready')
    const [uri = ''] = ready['listen'] as string[]
    const key = String(ready['key'])
    const bytes = noise(1000)
    const sent = await run(['send', key, '--json', '--peer', uri], { stdin: bytes })
    const fields = { bytes: 1000, sha256: sha256(bytes), ms: expect.any(Number) }
    expect(parseLines(sent.stdout)).toEqual([
      { event: 'connected', key, protocol: 'file' },
      { event: 'sent', key, ...fields },
    ])
    expect(await snek.exit()).toBe(0)
    const from = expect.stringMatching(/^[0-9a-f]{64}$/)
    expect(parseLines(snek.stdout)).toEqual([
      { event: 'ready', key, protocol: 'file', listen: [uri] },
      { event: 'receiving', key: from },
      { event: 'received', key: from, ...fields, file: out },
    ])
  })

  test('one after the other, until it is stopped', async () => {
    const out = join(await temporaryDirectory(), 'out')
    const { snek, key, uri } = await startReceiver('--out', out)
    for (const text of ['first', 'second']) {
      const sent = await run(['send', key, '--peer', uri], { stdin: new TextEncoder().encode(text) })
      expect(sent.code, sent.stderr).toBe(0)
      expect(await readFile(out, 'utf8')).toBe(text)
    }
    snek.signal('SIGINT')
    expect(await snek.exit()).toBe(0)
  })
})

describe('a cut stream fails on both sides and leaves nothing', () => {
  /** A sender that has sent something and isn't at its end. */
  async function halfSent(): Promise<{ receiver: Snek; sender: Snek; directory: string }> {
    const directory = await temporaryDirectory()
    const out = join(directory, 'out')
    const receiver = start(['receive', '--once', '--out', out, '--json', '--listen', 'tcp://127.0.0.1:0'])
    const ready = await receiver.record(({ event }) => event === 'ready')
    const [uri = ''] = ready['listen'] as string[]
    const sender = start(['send', String(ready['key']), '--peer', uri])
    sender.child.stdin.write(noise(LENGTH))
    await receiver.record(({ event }) => event === 'receiving')
    return { receiver, sender, directory }
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('%s to the sender', async (signal) => {
    const { receiver, sender, directory } = await halfSent()
    sender.signal(signal)
    expect(await sender.exit()).toBe(signal === 'SIGKILL' ? null : 1)
    expect(await receiver.exit()).toBe(1)
    expect(receiver.stderr).toMatch(/^snek: .*$/m)
    expect(await readdir(directory)).toEqual([])
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('%s to the receiver', async (signal) => {
    const { receiver, sender, directory } = await halfSent()
    receiver.signal(signal)
    expect(await receiver.exit()).toBe(1)
    expect(await sender.exit()).toBe(1)
    expect(sender.stderr).toMatch(/^snek: .* (broke the transfer off|closed the session.*)\n$/)
    expect(await readdir(directory)).toEqual([])
  })
})

describe('through running nodes', () => {
  test('a file across two admin sockets', async () => {
    const directory = await temporaryDirectory()
    const near = await startNode(directory, 'near', '--listen', 'tcp://127.0.0.1:0')
    const far = await startNode(directory, 'far', '--peer', near.listen[0] ?? '')
    const out = join(directory, 'out')
    const receiver = start(['receive', '--once', '--out', out, '--json', '--admin', far.admin])
    await receiver.record(({ event }) => event === 'ready')
    const bytes = noise(LENGTH)
    const sent = await run(['send', far.key, '--json', '--admin', near.admin], { stdin: bytes })
    expect(sent.code, sent.stderr).toBe(0)
    expect(parseLines(sent.stdout).at(-1)).toMatchObject({
      event: 'sent',
      bytes: LENGTH,
      sha256: sha256(bytes),
    })
    expect(await receiver.exit()).toBe(0)
    expect(sha256(await readFile(out))).toBe(sha256(bytes))
  })

  test('a node that ends takes the transfer with it', async () => {
    const directory = await temporaryDirectory()
    const near = await startNode(directory, 'near', '--listen', 'tcp://127.0.0.1:0')
    const far = await startNode(directory, 'far', '--peer', near.listen[0] ?? '')
    const out = join(directory, 'out')
    const receiver = start(['receive', '--once', '--out', out, '--json', '--admin', far.admin])
    await receiver.record(({ event }) => event === 'ready')
    const sender = start(['send', far.key, '--admin', near.admin])
    sender.child.stdin.write(noise(LENGTH))
    await receiver.record(({ event }) => event === 'receiving')
    far.snek.signal('SIGTERM')
    expect(await far.snek.exit()).toBe(0)
    expect(await receiver.exit()).toBe(1)
    expect(await sender.exit()).toBe(1)
    expect((await readdir(directory)).filter((name) => name.startsWith('out'))).toEqual([])
  })
})
