// What arguments have to look like; commander turns a refusal into one line and exit code 2.
import { Key } from '@snek/wire'
import { InvalidArgumentError } from 'commander'

const DIALLED = ['tcp:', 'ws:', 'wss:']
const LISTENED = ['tcp:', 'ws:']
const EXAMPLES = {
  dial: 'tcp://host:7117, ws://host:7118/ or wss://host/',
  listen: 'tcp://0.0.0.0:7117 or ws://0.0.0.0:7118/',
}

export function parseKey(text: string): Key {
  try {
    return Key.parse(text)
  } catch {
    throw new InvalidArgumentError('A key is 64 hex digits, as snek keygen and snek up print it.')
  }
}

/** 64 hex digits. */
export function parseSeed(text: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new InvalidArgumentError('A seed is 64 hex digits, as snek keygen writes it.')
  }
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
}

/** An option that may be given several times: commander passes what it has so far. */
export function addPeerUri(text: string, before: readonly string[] = []): readonly string[] {
  const uri = parseUri(text, DIALLED, EXAMPLES.dial)
  if (uri.port === '0') throw new InvalidArgumentError('Port 0 is for listening: write the port of the peer.')
  return [...before, text]
}

export function addListenUri(text: string, before: readonly string[] = []): readonly string[] {
  const uri = parseUri(text, LISTENED, EXAMPLES.listen)
  if (uri.search !== '') throw new InvalidArgumentError(`Leave ${uri.search} away: write ${EXAMPLES.listen}.`)
  return [...before, text]
}

export function parseCount(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= 1_000_000) return value
  throw new InvalidArgumentError('Write a whole number from 1 to 1000000.')
}

/** 0 is for any that is free. */
export function parsePort(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new InvalidArgumentError('A port is a number up to 65535; 0 takes a free one.')
}

/** Seconds in, milliseconds out. */
export function parseSeconds(text: string): number {
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value <= 86_400) return Math.round(value * 1000)
  throw new InvalidArgumentError('Write seconds, e.g. 5 or 0.5, up to 86400.')
}

/** A protocol name (ALPN): 1 to 255 bytes. */
export function parseProtocol(text: string): string {
  const { length } = new TextEncoder().encode(text)
  if (length >= 1 && length <= 255) return text
  throw new InvalidArgumentError('A protocol name has 1 to 255 bytes.')
}

function parseUri(text: string, schemes: readonly string[], examples: string): URL {
  if (/^[\w.-]+:\d+$/.test(text)) throw new InvalidArgumentError(`Write tcp://${text}.`)
  const [, port] = /:(\d+)(?:\/|$)/.exec(text) ?? []
  if (Number(port) > 65_535) throw new InvalidArgumentError('A port is a number up to 65535.')
  if (!URL.canParse(text)) throw new InvalidArgumentError(`Write ${examples}.`)
  const uri = new URL(text)
  if (!schemes.includes(uri.protocol)) {
    throw new InvalidArgumentError(`There is no transport for ${uri.protocol}// here: write ${examples}.`)
  }
  if (uri.hostname === '') throw new InvalidArgumentError(`It names no host: write ${examples}.`)
  if (uri.username + uri.password + uri.hash !== '') throw new InvalidArgumentError(`Write ${examples}.`)
  if (uri.protocol === 'tcp:') {
    if (uri.port === '') throw new InvalidArgumentError(`It names no port: write ${examples}.`)
    const rest = uri.pathname.replace(/^\/$/, '') + uri.search
    if (rest !== '') throw new InvalidArgumentError(`Leave ${rest} away: a TCP address has no path.`)
  }
  return uri
}
