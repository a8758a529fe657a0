// http://KEY/…: the host of a URL is a key, as hex or as base32 with `.snek`.
import { Key, WireError } from '@snek/wire'
import { HttpError } from './errors.ts'

/** The key that a host name is: 64 hex digits, or 52 characters of base32 and maybe `.snek`. */
export function parseHost(host: string): Key | undefined {
  try {
    return Key.parse(host)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

/** The key that an overlay URL leads to. Throws `HttpError` `bad-url` or `not-a-key`, saying why. */
export function keyOf(url: URL): Key {
  const key = parseHost(url.hostname)
  if (key === undefined) {
    throw new HttpError(
      'not-a-key',
      `${url.hostname || url.href} is no key: the host of an overlay URL is 64 hex digits, or KEY52.snek`,
    )
  }
  if (url.protocol !== 'http:') {
    const reason = 'overlay URLs are http:, and encrypted all the same'
    throw new HttpError('bad-url', `${url.protocol}//${url.host}: ${reason}`)
  }
  if (url.port !== '') throw new HttpError('bad-url', `${url.host}: keys have no ports, but protocol names`)
  if (url.username !== '' || url.password !== '') {
    throw new HttpError('bad-url', `${url.host}: credentials don't belong into a URL`)
  }
  return key
}
