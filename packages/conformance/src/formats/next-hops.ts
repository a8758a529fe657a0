import type { Fields } from '../fields.ts'
import type { Implementation, PeerState, RouteState } from '../implementation.ts'
import { expectEqual } from '../mismatch.ts'

const LOCAL_PORT = 0
const HIGHEST_PORT = 253
const HIGHEST_PEER_TYPE = 4
const HIGHEST_RECEIVE_ORDER = Number.MAX_SAFE_INTEGER

export function snakeCase(fields: Fields, { nextHops }: Implementation): void {
  const lookup = {
    key: fields.key('public_key'),
    peers: readPeers(fields),
    routes: fields.objects('routes').map(readRoute),
    parentPort: fields.isGiven('parent_port') ? readPort(fields, 'parent_port') : undefined,
    destination: fields.key('destination_key'),
    watermark: fields.root('watermark_key', 'watermark_sequence'),
    bootstrap: fields.boolean('bootstrap'),
  }
  const port = readNextPort(fields)
  const watermark = fields.root('next_watermark_key', 'next_watermark_sequence')
  fields.finish()
  const found = nextHops?.snake(lookup)
  expectEqual('next_port', port, found?.port ?? null)
  expectEqual('next_watermark_key', watermark.key, found?.watermark.key)
  expectEqual('next_watermark_sequence', watermark.sequence, found?.watermark.sequence)
}

export function treeCase(fields: Fields, { nextHops }: Implementation): void {
  const lookup = {
    peers: readPeers(fields),
    parentPort: fields.isGiven('parent_port') ? readPort(fields, 'parent_port') : undefined,
    coordinates: fields.decimals('coords'),
    destination: fields.decimals('destination'),
    fromPort: fields.integer('from_port', LOCAL_PORT, HIGHEST_PORT),
  }
  const port = readNextPort(fields)
  fields.finish()
  expectEqual('next_port', port, nextHops?.tree(lookup) ?? null)
}

/** null is nowhere. */
function readNextPort(fields: Fields): number | null {
  return fields.isNull('next_port') ? null : fields.integer('next_port', LOCAL_PORT, HIGHEST_PORT)
}

function readPort(fields: Fields, name: string): number {
  return fields.integer(name, LOCAL_PORT + 1, HIGHEST_PORT)
}

function readPeers(fields: Fields): PeerState[] {
  return fields.objects('peers').map((peer) => ({
    port: readPort(peer, 'port'),
    key: peer.key('public_key'),
    type: peer.integer('type', 0, HIGHEST_PEER_TYPE),
    started: peer.boolean('started'),
    announcement: peer.isGiven('announcement') ? readAnnouncement(peer.object('announcement')) : undefined,
  }))
}

function readAnnouncement(fields: Fields): NonNullable<PeerState['announcement']> {
  return {
    root: fields.root('root_key', 'root_sequence'),
    entries: fields
      .objects('signatures')
      .map((entry) => ({ port: entry.decimal('port'), key: entry.key('public_key') })),
    receiveOrder: fields.integer('receive_order', 0, HIGHEST_RECEIVE_ORDER),
  }
}

function readRoute(fields: Fields): RouteState {
  return {
    key: fields.key('public_key'),
    sequence: fields.decimal('sequence'),
    sourcePort: readPort(fields, 'source_port'),
    expired: fields.boolean('expired'),
  }
}
