// What strangers may send to a listener: each time a line in the log, that peering ended, nobody else disturbed.
import { connect, type Socket } from 'node:net'
import { createIdentity } from '@snek/identity'
import { encodeHandshake, HANDSHAKE_LENGTH } from '@snek/wire'
import { describe, expect, test, vi } from 'vitest'
import { PATIENCE, PATIENT, runJson, type SnekNode, startNode, temporaryDirectory } from './snek.ts'

const STRANGER = createIdentity({ seed: new Uint8Array(32).fill(7) })

interface Victims {
  readonly victim: SnekNode
  readonly friend: SnekNode
}

/** A node that listens, and a friend that must not notice anything. */
async function startVictims(): Promise<Victims> {
  const directory = await temporaryDirectory()
  const listen = ['--listen', 'tcp://127.0.0.1:0', '--listen', 'ws://127.0.0.1:0/']
  const victim = await startNode(directory, 'victim', ...listen)
  const friend = await startNode(directory, 'friend', '--peer', victim.listen[0] ?? '')
  await victim.snek.record(({ event }) => event === 'peer-added')
  return { victim, friend }
}

/** Connects, sends `bytes`, and gives what came back once the node ended the connection. */
function provoke(uri: string, bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const received: Uint8Array[] = []
    const socket: Socket = connect(Number(new URL(uri).port), '127.0.0.1')
    socket.write(bytes)
    socket.on('data', (chunk) => received.push(chunk))
    socket.on('close', () => resolve(Buffer.concat(received)))
    socket.on('error', () => undefined)
    socket.setTimeout(PATIENCE, () => {
      socket.destroy()
      reject(new Error('the node kept the connection'))
    })
  })
}

async function undisturbed({ victim, friend }: Victims): Promise<void> {
  await vi.waitFor(async () => {
    const [status] = await runJson(['status', '--admin', victim.admin])
    expect(status?.['peers']).toMatchObject([{ key: friend.key }])
  }, PATIENT)
  expect(friend.snek.stdout).not.toContain('peer-removed')
  const lines = await runJson(['ping', victim.key, '--count', '1', '--admin', friend.admin])
  expect(lines.at(-1)).toMatchObject({ received: 1 })
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const frame = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
const handshake = encodeHandshake(STRANGER)

describe('over TCP', { timeout: 3 * PATIENCE }, () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['text', text('GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n'.repeat(4)), /bad-version/],
    [
      'a handshake of another version',
      Buffer.concat([Uint8Array.of(2), handshake.subarray(1)]),
      /bad-version/,
    ],
    [
      'a handshake with another key',
      Buffer.concat([handshake.subarray(0, 8), new Uint8Array(96).fill(9)]),
      /bad-signature/,
    ],
    ['nothing', new Uint8Array(0), /handshake-timeout/],
    ['half a handshake', handshake.subarray(0, HANDSHAKE_LENGTH / 2), /handshake-timeout/],
    ['wrong magic', Buffer.concat([handshake, frame('706965700000' + '0000000a')]), /bad-magic/],
    [
      'a frame shorter than its header',
      Buffer.concat([handshake, frame('70696e65000000000009')]),
      /bad-length|length/,
    ],
    [
      'a frame that stops in the middle',
      Buffer.concat([handshake, frame('70696e650003000000ff0000')]),
      /peer-silent/,
    ],
    ['a payload longer than the frame', Buffer.concat([handshake, frame('70696e6500010000000cffff')]), /./],
  ])('%s', async (_, bytes, reason) => {
    const victims = await startVictims()
    await provoke(victims.victim.listen[0] ?? '', bytes)
    await victims.victim.snek.said(reason)
    await undisturbed(victims)
  })

  test('its own key', async () => {
    const directory = await temporaryDirectory()
    const seed = 'd1'.repeat(32)
    const node = await startNode(directory, 'node', '--seed', seed, '--listen', 'tcp://127.0.0.1:0')
    const twin = await startNode(directory, 'twin', '--seed', seed, '--peer', node.listen[0] ?? '')
    await node.snek.said(/own-key/)
    await twin.snek.said(/own-key|own key/)
    expect(await runJson(['status', '--admin', node.admin])).toMatchObject([{ peers: [] }])
  })

  test('a frame of an unknown type is skipped', async () => {
    const { victim } = await startVictims()
    const socket = connect(Number(new URL(victim.listen[0] ?? '').port), '127.0.0.1')
    socket.write(Buffer.concat([handshake, frame('70696e650063' + '0000000dabcdef')]))
    const key = STRANGER.key.toString()
    await victim.snek.record(({ event, key: added }) => event === 'peer-added' && added === key)
    socket.write(frame('70696e65000000000' + '00a'))
    await victim.snek.said(/peer-silent/)
    socket.destroy()
  })
})

describe('over WebSocket', { timeout: 3 * PATIENCE }, () => {
  test('something else than a WebSocket handshake', async () => {
    const victims = await startVictims()
    const answer = await provoke(victims.victim.listen[1] ?? '', text('hello\r\n\r\n'))
    expect(Buffer.from(answer).toString()).toContain('400')
    await undisturbed(victims)
  })

  test('a text message', async () => {
    const victims = await startVictims()
    const socket = new WebSocket(victims.victim.listen[1] ?? '')
    socket.addEventListener('open', () => socket.send('hello'))
    await new Promise((resolve) => socket.addEventListener('close', resolve))
    await victims.victim.snek.said(/text-message/)
    await undisturbed(victims)
  })
})

test('a hundred strangers that say nothing', { timeout: 3 * PATIENCE }, async () => {
  const victims = await startVictims()
  const [uri = ''] = victims.victim.listen
  await Promise.all(Array.from({ length: 100 }, () => provoke(uri, new Uint8Array(0))))
  await undisturbed(victims)
})
