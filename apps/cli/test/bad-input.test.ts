// What strangers may send to a listener: each time a line in the log, that peering ended, nobody else disturbed.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdentity } from '@snek/identity'
import { encodeHandshake, HANDSHAKE_LENGTH } from '@snek/wire'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { PATIENCE, runJson, type SnekNode, startNode, startSharedNode, temporaryDirectory } from './snek.ts'

const STRANGER = createIdentity({ seed: new Uint8Array(32).fill(7) })
const VISITOR = createIdentity({ seed: new Uint8Array(32).fill(8) })

let directory: string
let victim: SnekNode
/** Must not notice anything. */
let friend: SnekNode
let tcp: string
let ws: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snek-test-'))
  const listen = ['--listen', 'tcp://127.0.0.1:0', '--listen', 'ws://127.0.0.1:0/']
  victim = await startSharedNode(directory, 'victim', ...listen)
  ;[tcp = '', ws = ''] = victim.listen
  friend = await startSharedNode(directory, 'friend', '--peer', tcp)
  await victim.snek.record(({ event }) => event === 'peer-added')
})

afterAll(async () => {
  await victim.snek.kill()
  await friend.snek.kill()
  await rm(directory, { recursive: true })
})

interface Provocation {
  /** Where the stranger came from, as the victim's log has it. */
  readonly from: string
  /** What came back before the node ended the connection. */
  readonly answer: Uint8Array
}

function provoke(uri: string, bytes: Uint8Array): Promise<Provocation> {
  return new Promise((resolve, reject) => {
    const received: Uint8Array[] = []
    const { protocol, port } = new URL(uri)
    const socket: Socket = connect(Number(port), '127.0.0.1')
    let from = ''
    socket.on('connect', () => {
      from = `${protocol}//127.0.0.1:${socket.localPort}`
      socket.write(bytes)
    })
    socket.on('data', (chunk) => received.push(chunk))
    socket.on('close', () => resolve({ from, answer: Buffer.concat(received) }))
    // A reset is one way to end a connection.
    socket.on('error', () => undefined)
    socket.setTimeout(PATIENCE, () => {
      socket.destroy()
      reject(new Error('the node kept the connection'))
    })
  })
}

async function undisturbed(): Promise<void> {
  const [status] = await runJson(['status', '--admin', victim.admin])
  expect(status?.['peers']).toMatchObject([{ key: friend.key }])
  expect(friend.snek.stdout).not.toContain('peer-removed')
  const lines = await runJson(['ping', victim.key, '--count', '1', '--admin', friend.admin])
  expect(lines.at(-1)).toMatchObject({ received: 1 })
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const frame = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
const handshake = encodeHandshake(STRANGER)
const KEEPALIVE = frame('70696e6500000000000a')
const afterHandshake = (hex: string): Uint8Array => Buffer.concat([handshake, frame(hex)])

describe('over TCP', () => {
  test('what is no peering ends with a line in the log that says why', async () => {
    const cases: ReadonlyArray<readonly [string, Uint8Array, string]> = [
      ['text', text('GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n'.repeat(4)), 'unsupported-version'],
      ['another version', Buffer.concat([Uint8Array.of(2), handshake.subarray(1)]), 'unsupported-version'],
      [
        'a key without its signature',
        Buffer.concat([handshake.subarray(0, 8), new Uint8Array(96).fill(9)]),
        'bad-signature',
      ],
      ['nothing', new Uint8Array(0), 'handshake-timeout'],
      ['half a handshake', handshake.subarray(0, HANDSHAKE_LENGTH / 2), 'handshake-timeout'],
      ['wrong magic', afterHandshake('7069 6570 00 00 00 00 000a'.replaceAll(' ', '')), 'bad-magic'],
      ['a frame shorter than its header', afterHandshake('70696e65000000000009'), 'bad-length'],
      ['a frame that stops in the middle', afterHandshake('70696e650003000000ff0000'), 'peer-silent'],
      ['a payload longer than its frame', afterHandshake('70696e6500010000000cffff'), 'truncated'],
    ]
    const provoked = await Promise.all(cases.map(([, bytes]) => provoke(tcp, bytes)))
    for (const [index, [what, , code]] of cases.entries()) {
      const line = `uri=${provoked[index]?.from} `
      expect(await victim.snek.said(new RegExp(line)), what).toContain(`code=${code} `)
      const lines = victim.snek.stderr.split('\n').filter((other) => other.includes(line))
      expect(lines, what).toHaveLength(1)
    }
    await undisturbed()
  })

  test('our own key', async () => {
    const own = await temporaryDirectory()
    const seed = 'd1'.repeat(32)
    const node = await startNode(own, 'node', '--seed', seed, '--listen', 'tcp://127.0.0.1:0')
    const twin = await startNode(own, 'twin', '--seed', seed, '--peer', node.listen[0] ?? '')
    await node.snek.said(/code=own-key/)
    await twin.snek.said(/code=own-key/)
    expect(await runJson(['status', '--admin', node.admin])).toMatchObject([{ peers: [] }])
  })

  test('a plain handshake, where a challenge is required', async () => {
    const own = await temporaryDirectory()
    const strict = ['--require-challenge', '--listen', 'tcp://127.0.0.1:0']
    const node = await startNode(own, 'node', ...strict)
    const [uri = ''] = node.listen
    const { from } = await provoke(uri, handshake)
    expect(await node.snek.said(new RegExp(`uri=${from} `))).toContain('code=challenge-required ')
    const peer = await startNode(own, 'peer', '--require-challenge', '--peer', uri)
    const added = await node.snek.record(({ event }) => event === 'peer-added')
    expect(added['key']).toBe(peer.key)
  })

  test('a frame of an unknown type is skipped', async () => {
    const socket = connect(Number(new URL(tcp).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    socket.write(Buffer.concat([encodeHandshake(VISITOR), frame('70696e6500630000000dabcdef'), KEEPALIVE]))
    const key = VISITOR.key.toString()
    await victim.snek.record((record) => record['event'] === 'peer-added' && record['key'] === key)
    // It stays until it has been silent for too long.
    await victim.snek.said(new RegExp(`uri=tcp://127.0.0.1:${socket.localPort} .*code=peer-silent`))
    await undisturbed()
  })

  test('a hundred strangers that say nothing', async () => {
    const strangers = await Promise.all(Array.from({ length: 100 }, () => provoke(tcp, new Uint8Array(0))))
    expect(strangers).toHaveLength(100)
    await undisturbed()
  })
})

describe('over WebSocket', () => {
  test('something else than a WebSocket handshake', async () => {
    const { answer } = await provoke(ws, text('hello\r\n\r\n'))
    expect(Buffer.from(answer).toString()).toContain('HTTP/1.1 400 ')
    await undisturbed()
  })

  test('a text message', async () => {
    const socket = new WebSocket(ws)
    socket.addEventListener('open', () => socket.send('hello'))
    await new Promise((resolve) => socket.addEventListener('close', resolve))
    await victim.snek.said(/code=text-message/)
    await undisturbed()
  })
})
