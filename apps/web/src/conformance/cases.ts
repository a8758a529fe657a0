// What a case holds, for showing it: which fields go in, which are expected to come out, which are bytes.
import { decodeHex } from '@snek/wire'
import { type FormatName, isFormat } from './formats.ts'

export type Case = Readonly<Record<string, unknown>>

export interface ByteField {
  readonly name: string
  readonly bytes: Uint8Array
  readonly format: FormatName
}

/** Fields that say what is computed; the others say from what. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'varu64.json': ['hex'],
  'coordinates.json': ['hex', 'distance'],
  'handshake.json': ['hex'],
  'challenge.json': ['answer', 'handshake'],
  'announcement.json': ['hex', 'coords', 'peer_coords'],
  'bootstrap.json': ['hex', 'signed_bytes', 'signature'],
  'broadcast.json': ['hex', 'signed_bytes', 'signature'],
  'frames.json': ['hex'],
  'announcement-action.json': ['action'],
  'nexthop-snake.json': ['next_port', 'next_watermark_key', 'next_watermark_sequence'],
  'nexthop-tree.json': ['next_port'],
  'malformed.json': ['error', 'offset'],
  'signatures.json': ['valid'],
  'stream.json': ['frames', 'error', 'offset'],
}

const HEX_FORMATS: Readonly<Record<string, FormatName>> = {
  'varu64.json': 'varu64',
  'coordinates.json': 'coordinates',
  'handshake.json': 'handshake',
  'announcement.json': 'announcement',
  'bootstrap.json': 'bootstrap',
  'broadcast.json': 'broadcast',
  'frames.json': 'frame',
}

/** The cases of a file's text; none if it isn't a JSON list. */
export function parseCases(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return [] // the runner says so, as a failure of the file
  }
}

export function isCase(value: unknown): value is Case {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The fields in their order, less the comment and what is shown as bytes. */
export function partition(
  file: string,
  value: Case,
  shown: readonly ByteField[],
): { given: Case; expected: Case } {
  const expectedNames = EXPECTED[file] ?? []
  const entries = Object.entries(value).filter(
    ([name]) => name !== 'comment' && !shown.some((field) => field.name === name),
  )
  return {
    given: Object.fromEntries(entries.filter(([name]) => !expectedNames.includes(name))),
    expected: Object.fromEntries(entries.filter(([name]) => expectedNames.includes(name))),
  }
}

/** The fields of a case that are bytes of a known format. */
export function byteFields(file: string, value: Case): readonly ByteField[] {
  if (file === 'stream.json') return streamBytes(value)
  const formats: [string, unknown][] =
    file === 'challenge.json' ? [['handshake', 'handshake']] : [['hex', HEX_FORMATS[file] ?? value['format']]]
  return formats.flatMap(([name, format]) => {
    const text = value[name]
    const bytes = typeof text === 'string' ? decodeHex(text) : undefined
    return bytes !== undefined && isFormat(format) ? [{ name, bytes, format }] : []
  })
}

/** One line that tells a case from its neighbours. */
export function summarise(file: string, value: unknown): string {
  if (!isCase(value)) return 'not an object'
  if (typeof value['comment'] === 'string') return value['comment']
  switch (file) {
    case 'varu64.json':
      return String(value['value'])
    case 'coordinates.json':
      return `[${String(value['ports'])}], distance ${String(value['distance'])}`
    case 'frames.json':
      return String(value['type'])
    case 'announcement.json':
      return `${count(value['signers'])} signers`
    case 'announcement-action.json':
      return String(value['action'])
    case 'nexthop-snake.json':
      return `${value['bootstrap'] ? 'bootstrap, ' : ''}${count(value['peers'])} peers, ${count(value['routes'])} routes, ${next(value)}`
    case 'nexthop-tree.json':
      return `${count(value['peers'])} peers, ${next(value)}`
    default:
      return `root sequence ${String(value['root_sequence'] ?? value['version'] ?? '')}`
  }
}

function streamBytes(value: Case): readonly ByteField[] {
  const chunks = value['chunks']
  if (!Array.isArray(chunks)) return []
  const bytes = decodeHex(chunks.join(''))
  return bytes === undefined ? [] : [{ name: 'chunks', bytes, format: 'stream' }]
}

function next(value: Case): string {
  const port = value['next_port']
  if (port === null) return 'to nowhere'
  return port === 0 ? 'to the node itself' : `to port ${String(port)}`
}

function count(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}
