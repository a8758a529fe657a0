import { TransportError, type TransportErrorCode } from './errors.ts'

type Remedy = readonly [code: TransportErrorCode, message: string]

const LISTENING: Readonly<Record<string, Remedy>> = {
  EADDRINUSE: [
    'address-in-use',
    'the address is taken: stop what uses it, or choose another port (0 takes a free one)',
  ],
  EACCES: ['address-unusable', 'not permitted: ports below 1024 need privileges, choose a higher one'],
  EADDRNOTAVAIL: [
    'address-unusable',
    'this machine has no such address: 0.0.0.0 or [::] listens on all it has',
  ],
  ENOTFOUND: ['address-unusable', 'the name is unknown: listen on an address of this machine'],
  EAI_AGAIN: ['address-unusable', 'the name could not be looked up: listen on an address of this machine'],
  EAFNOSUPPORT: ['address-unusable', 'this machine has no addresses of this kind (is IPv6 switched off?)'],
}

const DIALLING: Readonly<Record<string, Remedy>> = {
  ECONNREFUSED: ['connection-refused', 'nobody listens there: is the peer up, and the port right?'],
  ECONNRESET: ['connection-lost', 'the peer broke the connection off'],
  EPIPE: ['connection-lost', 'the peer broke the connection off'],
  ETIMEDOUT: ['timed-out', 'no answer: is the peer up, and no firewall between?'],
  ENOTFOUND: ['unreachable', 'the name is unknown: is it spelt right?'],
  EAI_AGAIN: ['unreachable', 'the name could not be looked up: is this machine online?'],
  EHOSTUNREACH: ['unreachable', 'no way to that machine: is it on, and in this network?'],
  ENETUNREACH: ['unreachable', 'no way to that network: is this machine online?'],
  EADDRNOTAVAIL: ['unreachable', 'this address can’t be dialled'],
}

/**
 * The `TransportError` for an error of the operating system (told by its `code`), with what to do about it.
 * `uri` is what was listened on, dialled or connected to.
 */
export function systemError(action: 'listen' | 'dial' | 'stream', uri: string, cause: Error): TransportError {
  const code = 'code' in cause ? String(cause.code) : ''
  const [ours, message] = (action === 'listen' ? LISTENING : DIALLING)[code] ?? unknown(action, cause)
  return new TransportError(ours, `${uri}: ${message}`, { cause })
}

function unknown(action: 'listen' | 'dial' | 'stream', cause: Error): Remedy {
  if (action === 'listen') return ['address-unusable', cause.message]
  return [action === 'dial' ? 'unreachable' : 'connection-lost', cause.message]
}
