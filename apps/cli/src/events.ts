// What `snek up` tells while it runs: everything as JSON lines, what matters to people as text.
import type { Router, RouterSnapshot } from '@snek/router'
import { formatCoordinates, formatTime, shortKey } from './format.ts'
import { dim, emit, say } from './output.ts'

/** Keys are hex, 64-bit numbers decimal strings, as in the status. */
type EventRecord =
  | {
      readonly event: 'peer-added'
      readonly port: number
      readonly key: string
      readonly type: string
      readonly zone?: string
      readonly uri: string
    }
  | {
      readonly event: 'peer-removed'
      readonly port: number
      readonly key: string
      readonly uri: string
      /** What broke the peering, unless it ended in order. */
      readonly reason?: string
    }
  | { readonly event: 'parent-changed'; readonly parent: string | null }
  | { readonly event: 'descending-changed'; readonly descending: string | null }
  | {
      readonly event: 'announcement-changed'
      readonly root: RouterSnapshot['root']
      readonly coords: readonly string[]
    }
  | { readonly event: 'route-added'; readonly key: string; readonly port: number }
  | { readonly event: 'route-removed'; readonly key: string }
  | { readonly event: 'broadcast-received'; readonly key: string; readonly sequence: string }
  | { readonly event: 'bandwidth'; readonly peers: readonly object[] }

/** Tells what is the case already, then what changes, for as long as the router runs. */
export function watchEvents(router: Router, json: boolean): void {
  const tell = json ? emit : tellPeople
  for (const record of present(router.snapshot())) tell(record)
  tellChanges(router, tell)
}

function* present({
  peers,
  root,
  parent,
  coords,
  descending,
  routes,
}: RouterSnapshot): Generator<EventRecord> {
  for (const { port, key, type, zone, uri } of peers) {
    yield { event: 'peer-added', port, key, type, ...(zone !== undefined && { zone }), uri }
  }
  yield { event: 'announcement-changed', root, coords }
  if (parent !== null) yield { event: 'parent-changed', parent }
  if (descending !== null) yield { event: 'descending-changed', descending }
  for (const { key, source } of routes) yield { event: 'route-added', key, port: source }
}

function tellChanges(router: Router, tell: (record: EventRecord) => void): void {
  router.addEventListener('peeradded', ({ detail: { port, key, type, zone, uri } }) => {
    tell({ event: 'peer-added', port, key: key.hex, type, ...(zone !== undefined && { zone }), uri })
  })
  router.addEventListener('peerremoved', ({ detail: { port, key, uri, error } }) => {
    tell({ event: 'peer-removed', port, key: key.hex, uri, ...(error && { reason: error.message }) })
  })
  router.addEventListener('parentchange', ({ detail: { parent } }) => {
    tell({ event: 'parent-changed', parent: parent?.hex ?? null })
  })
  router.addEventListener('descendingchange', ({ detail: { descending } }) => {
    tell({ event: 'descending-changed', descending: descending?.hex ?? null })
  })
  router.addEventListener('announcementchange', ({ detail: { root, coordinates } }) => {
    const { key, sequence } = root
    const coords = coordinates.map(String)
    tell({ event: 'announcement-changed', root: { key: key.hex, sequence: String(sequence) }, coords })
  })
  router.addEventListener('routeadded', ({ detail: { key, port } }) => {
    tell({ event: 'route-added', key: key.hex, port })
  })
  router.addEventListener('routeremoved', ({ detail: { key } }) => {
    tell({ event: 'route-removed', key: key.hex })
  })
  router.addEventListener('broadcast', ({ detail: { key, sequence } }) => {
    tell({ event: 'broadcast-received', key: key.hex, sequence: String(sequence) })
  })
  router.addEventListener('bandwidth', ({ detail: { peers } }) => {
    tell({ event: 'bandwidth', peers: peers.map((peer) => ({ ...peer, key: peer.key.hex })) })
  })
}

function tellPeople(record: EventRecord): void {
  const text = describe(record)
  if (text !== undefined) say(`${dim(formatTime(new Date()))} ${text}`)
}

/** Routes come and go by the minute, and bandwidth is in the status. */
function describe(record: EventRecord): string | undefined {
  switch (record.event) {
    case 'peer-added':
      return `peer ${shortKey(record.key)} joined at port ${record.port}: ${record.uri}`
    case 'peer-removed':
      return `peer ${shortKey(record.key)} left port ${record.port}`
    case 'parent-changed':
      return record.parent === null
        ? 'no parent: this node is the root of its tree'
        : `parent is ${shortKey(record.parent)}`
    case 'announcement-changed':
      return record.coords.length === 0
        ? undefined
        : `root is ${shortKey(record.root.key)}, coordinates ${formatCoordinates(record.coords)}`
    case 'broadcast-received':
      return `node ${shortKey(record.key)} woke up`
    default:
      return undefined
  }
}
