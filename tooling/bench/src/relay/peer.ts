// A bare peer: handshake, one announcement as root, keepalives. Just enough to be routed to.
import { createIdentity, type Identity } from '@snek/identity'
import { appendAnnouncementEntry, encodeFrame, encodeHandshake, HANDSHAKE_LENGTH } from '@snek/wire'
import { type Connection, connect } from './connection.ts'

const KEEPALIVE_INTERVAL = 2000
const KEEPALIVE: Uint8Array = encodeFrame({ type: 'keepalive', extra: 0, hopLimit: 0 })

/** The generator's two ends, always the same. */
export function identityOf(end: 'source' | 'sink'): Identity {
  return createIdentity({ seed: new Uint8Array(32).fill(end === 'source' ? 1 : 2) })
}

/** Peers with a node. `onBytes` gets what comes after its handshake. */
export async function peer(
  uri: string,
  identity: Identity,
  onBytes: (chunk: Uint8Array) => void,
): Promise<Connection> {
  let awaited = HANDSHAKE_LENGTH
  const connection = await connect(uri, (chunk) => {
    const rest = chunk.subarray(awaited)
    awaited = Math.max(0, awaited - chunk.length)
    if (rest.length > 0) onBytes(rest)
  })
  connection.write(encodeHandshake(identity))
  connection.write(announcement(identity))
  setInterval(() => connection.write(KEEPALIVE), KEEPALIVE_INTERVAL).unref()
  return connection
}

function announcement(identity: Identity): Uint8Array {
  const payload = appendAnnouncementEntry({ key: identity.key, sequence: 1n }, 1n, identity)
  return encodeFrame({ type: 'announcement', extra: 0, hopLimit: 0, payload })
}
