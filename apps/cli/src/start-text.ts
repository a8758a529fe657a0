// What `snek up` says to people at its start.
import { networkInterfaces } from 'node:os'
import { bold, dim } from './output.ts'

export interface Start {
  readonly version: string
  readonly key: string
  /** The key as a host name. */
  readonly host: string
  /** Whether the key is gone when the node ends. */
  readonly temporary: boolean
  readonly listening: readonly string[]
  readonly peers: readonly string[]
  readonly admin: string
  /** Whether commands find the admin socket without being told. */
  readonly adminIsDefault: boolean
}

export function startText(start: Start): string {
  const { version, key, host, temporary, listening, peers, admin, adminIsDefault } = start
  const facts = [
    ['Key', bold(key)],
    ['Host name', host],
    ...listening.map((uri) => ['Listens at', uri]),
    ...peers.map((uri) => ['Peers with', uri]),
    ['Admin', admin],
  ]
  const option = adminIsDefault ? '' : ` --admin ${admin}`
  const hints = [
    ['Look at it by', `snek status${option}`],
    ...listening.slice(0, 1).map((uri) => ['Others peer with it by', `snek up --peer ${dialable(uri)}`]),
    ['Others reach it by', `snek ping ${key}`],
  ]
  const notes = [
    ...(temporary
      ? ['The key is gone when it stops: snek keygen makes one to keep, --key FILE uses it.']
      : []),
    ...(listening.length + peers.length === 0
      ? ['It is alone: --listen URI lets others peer with it, --peer URI makes it peer.']
      : []),
  ]
  const table = (rows: string[][], width: number): string[] =>
    rows.map(([name = '', value]) => `  ${dim(name.padEnd(width))}${value}`)
  return [
    `snek ${version} is running. Ctrl-C stops it.`,
    '',
    ...table(facts, 12),
    '',
    ...table(hints, 24),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `  ${note}`)] : []),
    '',
  ].join('\n')
}

/** The URI with an address that others can dial, where it listens at every address. */
function dialable(uri: string): string {
  const url = new URL(uri)
  if (url.hostname !== '0.0.0.0' && url.hostname !== '[::]') return uri
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const outside = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
  return uri.replace(url.hostname, outside?.address ?? '127.0.0.1')
}
