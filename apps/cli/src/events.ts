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

/** Tells what is the case already, then what changes, until `signal` aborts. */
export function watchEvents(router: Router, json: boolean, signal: AbortSignal): void {
  const tell = json ? emit : tellPeople
  for (const record of present(router.snapshot())) tell(record)
  tellChanges(router, { signal }, tell)
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

function tellChanges(
  router: Router,
  options: { signal: AbortSignal },
  tell: (record: EventRecord) => void,
): void {
  const on: Router['addEventListener'] = (type, listener) => router.addEventListener(type, listener, options)
  on('peeradded', ({ detail: { port, key, type, zone, uri } }) => {
    tell({ event: 'peer-added', port, key: key.hex, type, ...(zone !== undefined && { zone }), uri })
  })
  on('peerremoved', ({ detail: { port, key, uri, error } }) => {
    tell({ event: 'peer-removed', port, key: key.hex, uri, ...(error && { reason: error.message }) })
  })
  on('parentchange', ({ detail: { parent } }) => {
    tell({ event: 'parent-changed', parent: parent?.hex ?? null })
  })
  on('descendingchange', ({ detail: { descending } }) => {
    tell({ event: 'descending-changed', descending: descending?.hex ?? null })
  })
  on('announcementchange', ({ detail: { root, coordinates } }) => {
    const { key, sequence } = root
    const coords = coordinates.map(String)
    tell({ event: 'announcement-changed', root: { key: key.hex, sequence: String(sequence) }, coords })
  })
  on('routeadded', ({ detail: { key, port } }) => {
    tell({ event: 'route-added', key: key.hex, port })
  })
  on('routeremoved', ({ detail: { key } }) => {
    tell({ event: 'route-removed', key: key.hex })
  })
  on('broadcast', ({ detail: { key, sequence } }) => {
    tell({ event: 'broadcast-received', key: key.hex, sequence: String(sequence) })
  })
  on('bandwidth', ({ detail: { peers } }) => {
    tell({ event: 'bandwidth', peers: peers.map((peer) => ({ ...peer, key: peer.key.hex })) })
  })
}

function tellPeople(record: EventRecord): void {
  const text = describe(record)
  if (text !== undefined) say(`${dim(formatTime(new Date()))} ${text}`)
}

/** Undefined for what comes and goes all the time, as routes do. */
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
    default:
      return undefined
  }
}
