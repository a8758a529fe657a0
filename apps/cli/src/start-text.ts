// What `snek up` says to people at its start.
import { networkInterfaces } from 'node:os'
import { bold, dim } from './output.ts'

export interface Start {
  readonly version: string
  readonly key: string
  /** Whether the key is gone when the node ends. */
  readonly temporary: boolean
  readonly listening: readonly string[]
  readonly peers: readonly string[]
  readonly admin: string
}

export function startText({ version, key, temporary, listening, peers, admin }: Start): string {
  const facts = [
    [
      'Key',
      bold(key),
      temporary ? dim('(for this run; snek keygen makes one to keep, --key FILE uses it)') : '',
    ],
    ...listening.map((uri) => ['Listens at', uri]),
    ...peers.map((uri) => ['Peers with', uri]),
    ['Admin', admin],
  ]
  const hints = [
    ...listening.slice(0, 1).map((uri) => ['Others peer with it by', `snek up --peer ${dialable(uri)}`]),
    ['Look at it by', 'snek status'],
    ['Reach it from elsewhere by', `snek ping ${key}`],
  ]
  const lonely = listening.length + peers.length === 0
  return [
    `snek ${version} is running. Ctrl-C stops it.`,
    '',
    ...facts.map(([name = '', ...rest]) => `  ${dim(name.padEnd(12))}${rest.join(' ').trimEnd()}`),
    '',
    ...hints.map(([name = '', command]) => `  ${dim(name.padEnd(28))}${command}`),
    ...(lonely
      ? ['', '  It is alone: --listen URI lets others peer with it, --peer URI makes it peer.']
      : []),
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
