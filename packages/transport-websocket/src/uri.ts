import { TransportError } from '@snek/transport'

/** Throws for what is no `ws://` or `wss://` URI of a peer. */
export function checkDialled(uri: URL): void {
  if (uri.protocol !== 'ws:' && uri.protocol !== 'wss:') {
    throw new TransportError('unsupported-scheme', `${uri.href}: only ws:// and wss:// go over WebSocket`)
  }
  if (uri.port === '0') throw unusable(uri, 'port 0 can only be listened on')
  if (uri.hash !== '') throw unusable(uri, 'a WebSocket URI has no fragment')
}

/** Throws for what can't be listened on. */
export function checkListened(uri: URL): void {
  if (uri.protocol === 'wss:') {
    const remedy = 'listen on ws:// behind a proxy that speaks TLS'
    throw new TransportError('unsupported-scheme', `${uri.href}: wss:// can only be dialled; ${remedy}`)
  }
  if (uri.protocol !== 'ws:') {
    throw new TransportError('unsupported-scheme', `${uri.href}: only ws:// is listened on for WebSockets`)
  }
  if (uri.username + uri.password + uri.search + uri.hash !== '') {
    throw unusable(uri, 'write ws://host:port/path, and nothing more')
  }
}

function unusable(uri: URL, why: string): TransportError {
  return new TransportError('address-unusable', `${uri.href}: ${why}`)
}
