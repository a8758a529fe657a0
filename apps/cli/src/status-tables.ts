// `snek status` for people.
import type { RouterSnapshot } from '@snek/router'
import { Key } from '@snek/wire'
import { formatBytes, formatCoordinates, formatDuration, hostName, shortKey } from './format.ts'
import { bold, dim } from './output.ts'
import { type Column, formatTable } from './table.ts'

export function formatStatus(status: RouterSnapshot): string {
  return [summary(status), peers(status), routes(status), remembered(status), counters(status)]
    .filter((part) => part !== '')
    .join('\n\n')
}

function summary({ key, coords, root, parent, descending }: RouterSnapshot): string {
  const rows = [
    ['Key', bold(key)],
    ['Host name', hostName(Key.parse(key))],
    ['Coordinates', formatCoordinates(coords)],
    ['Root', `${nameOf(root.key, key)}, sequence ${root.sequence}`],
    ['Parent', parent === null ? dim('none: this node is the root') : shortKey(parent)],
    ['Descending', descending === null ? dim('none') : shortKey(descending)],
  ] as const
  return rows.map(([name, value]) => `${dim(name.padEnd(12))} ${value}`).join('\n')
}

const PEER_COLUMNS: readonly Column[] = [
  { title: 'PORT', align: 'right' },
  { title: 'KEY' },
  { title: 'TYPE' },
  { title: 'COORDINATES' },
  { title: 'ROOT' },
  { title: 'IN', align: 'right' },
  { title: 'OUT', align: 'right' },
  { title: 'URI' },
]

function peers({ peers: list, key: own, parent }: RouterSnapshot): string {
  const rows = list.map(({ port, key, type, uri, coords, root, bytes }) => [
    String(port),
    shortKey(key) + (key === parent ? ' (parent)' : ''),
    type,
    coords === null ? '' : formatCoordinates(coords),
    root === null ? '' : nameOf(root.key, own),
    formatBytes(bytes.in),
    formatBytes(bytes.out),
    uri,
  ])
  return section('Peers', PEER_COLUMNS, rows, 'none: peer with a node by --peer, or let others by --listen')
}

const ROUTE_COLUMNS: readonly Column[] = [
  { title: 'KEY' },
  { title: 'VIA PORT', align: 'right' },
  { title: 'PASSED ON TO', align: 'right' },
  { title: 'AGE', align: 'right' },
]

function routes({ routes: list }: RouterSnapshot): string {
  const rows = list.map(({ key, source, destination, age_ms }) => [
    shortKey(key),
    String(source),
    destination === 0 ? '-' : String(destination),
    formatDuration(age_ms),
  ])
  return section('Routes', ROUTE_COLUMNS, rows, 'none yet')
}

function remembered({ coords_cache }: RouterSnapshot): string {
  const rows = Object.entries(coords_cache).map(([key, coords]) => [shortKey(key), formatCoordinates(coords)])
  return rows.length === 0
    ? ''
    : section('Remembered coordinates', [{ title: 'KEY' }, { title: 'COORDINATES' }], rows, '')
}

function counters({ counters: counts }: RouterSnapshot): string {
  const rows = Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => [name, String(count)])
  return rows.length === 0
    ? ''
    : section('Counters', [{ title: 'NAME' }, { title: 'COUNT', align: 'right' }], rows, '')
}

function section(
  title: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  none: string,
): string {
  if (rows.length === 0) return `${bold(title)} ${dim(none)}`
  return `${bold(`${title} (${rows.length})`)}\n${formatTable(columns, rows)}`
}

function nameOf(key: string, own: string): string {
  return key === own ? 'this node' : shortKey(key)
}
