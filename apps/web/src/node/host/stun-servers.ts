// The servers that a browser asks which address it has as others see it. None unless someone names one: they learn it.
import { HostError } from './errors.ts'

/** Browsers warn at five, and one is enough. */
const LIMIT = 4
const SERVER = /^stuns?:(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i
const LARGEST_PORT = 65_535

/** Addresses with spaces or commas between them; `stun:` may be left out. Throws a HostError. */
export function parseStunServers(text: string): string[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  const servers = [...new Set(words.map((word) => (/^[a-z]+:(?!\d+$)/i.test(word) ? word : `stun:${word}`)))]
  const wrong = servers.find((server) => !isStunServer(server))
  if (wrong !== undefined) {
    throw new HostError('bad-stun', `“${wrong}” is no STUN server: write stun:host or stun:host:3478.`)
  }
  if (servers.length > LIMIT) {
    throw new HostError('too-many-stun', `${LIMIT} STUN servers are enough: leave some out.`)
  }
  return servers
}

/** What is stored, as far as it makes sense. */
export function readStunServers(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isStunServer).slice(0, LIMIT) : []
}

function isStunServer(value: unknown): value is string {
  const [, port = '3478'] = (typeof value === 'string' && SERVER.exec(value)) || [undefined, '0']
  return Number(port) > 0 && Number(port) <= LARGEST_PORT
}
