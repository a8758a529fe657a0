// A process that attacks a node, with what it made before: making it would cost more than the attack itself.
import { createIdentity, type Identity } from '@snek/identity'
import {
  appendAnnouncementEntry,
  encodeBootstrap,
  encodeFrame,
  encodeHandshake,
  INITIAL_WATERMARK,
  type Key,
} from '@snek/wire'
import { type Connection, connect } from '../relay/connection.ts'
import type { AttackOptions } from './messages.ts'

const { uri, attack, seconds } = JSON.parse(process.argv[2] ?? '') as AttackOptions

/** How often it sends, in ms, and how many bootstraps a second. */
const TICK = 10
const BOOTSTRAPS = 10_000
/** Each may bring a tenth of those. */
const PEERINGS = 10
/** Announcements a second: as many as a node looks at, and as many as a peer can afford that is thrown out for each. */
const ANNOUNCEMENTS = 20
const RECONNECTIONS = 20
const LONGEST = 200
const TOO_LONG = 600

const random = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32))
const ignore = (): void => undefined

/** A key that makes it the root, so that it knows what the node's root is. */
function highIdentity(): Identity {
  for (;;) {
    const identity = createIdentity({ seed: random() })
    if (identity.key.hex.startsWith('ff')) return identity
  }
}

const self = highIdentity()

function announcement(sequence: number, path: readonly Identity[]): Uint8Array {
  let payload: Uint8Array | undefined
  for (const identity of path) {
    const root: { key: Key; sequence: bigint } = { key: identity.key, sequence: BigInt(sequence) }
    payload = appendAnnouncementEntry(payload ?? root, 1n, identity)
  }
  return encodeFrame({ type: 'announcement', extra: 0, hopLimit: 0, payload: payload ?? new Uint8Array() })
}

function bootstrap(): Uint8Array {
  const from = createIdentity({ seed: random() })
  const payload = encodeBootstrap(1n, { key: self.key, sequence: 1n }, from)
  const fields = { extra: 0, hopLimit: 0, destinationKey: from.key, watermark: INITIAL_WATERMARK }
  return encodeFrame({ type: 'bootstrap', ...fields, payload })
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

function pathOf(length: number): Identity[] {
  const others = Array.from({ length: length - 1 }, () => createIdentity({ seed: random() }))
  return [...others, self]
}

async function introduced(first?: Uint8Array): Promise<Connection> {
  const connection = await connect(uri, ignore)
  connection.write(encodeHandshake(self))
  if (first !== undefined) connection.write(first)
  return connection
}

/** Prepares the attack; what comes back begins it. */
function prepare(): () => unknown {
  switch (attack) {
    case 'bootstraps':
    case 'spread bootstraps': {
      const each = (BOOTSTRAPS * TICK) / 1000
      const count = Math.ceil((seconds * 1000) / TICK)
      const batches = Array.from({ length: count }, () => joined(Array.from({ length: each }, bootstrap)))
      const peerings = attack === 'bootstraps' ? 1 : PEERINGS
      return async () => {
        const connections: Connection[] = []
        while (connections.length < peerings) connections.push(await introduced(announcement(1, [self])))
        repeat(TICK, () => {
          const connection = connections[batches.length % peerings] as Connection
          connection.write(batches.pop() ?? bootstrap())
        })
      }
    }
    case 'long announcements': {
      const path = pathOf(LONGEST)
      const count = Math.ceil(seconds * ANNOUNCEMENTS)
      const all = Array.from({ length: count }, (_, index) => announcement(count - index, path))
      return async () => {
        const connection = await introduced()
        repeat(1000 / ANNOUNCEMENTS, () => {
          const next = all.pop()
          if (next !== undefined) connection.write(next)
        })
      }
    }
    case 'endless announcements': {
      const endless = announcement(1, pathOf(TOO_LONG))
      return () =>
        repeat(1000 / RECONNECTIONS, async () => {
          const connection = await introduced(endless)
          setTimeout(() => connection.close(), 1000 / RECONNECTIONS)
        })
    }
  }
}

function repeat(interval: number, action: () => unknown): void {
  setInterval(() => void action(), interval)
}

const begin = prepare()
process.once('message', () => void begin())
process.send?.({ type: 'prepared' })
