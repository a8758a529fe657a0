import { TransportError } from '@snek/transport'

export interface Address {
  /** A name or an address, IPv6 without its brackets. */
  readonly host: string
  readonly port: number
}

/** Throws `unsupported-scheme` or `address-unusable` for anything but `tcp://host:port`. */
export function parseAddress(uri: URL): Address {
  if (uri.protocol !== 'tcp:') {
    throw new TransportError('unsupported-scheme', `${uri.href}: only tcp://host:port goes over TCP`)
  }
  const extra = uri.username + uri.password + uri.search + uri.hash + uri.pathname.replace(/^\/$/, '')
  if (uri.hostname === '' || uri.port === '' || extra !== '') {
    throw new TransportError('address-unusable', `${uri.href}: write tcp://host:port, and nothing more`)
  }
  return { host: uri.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(uri.port) }
}
