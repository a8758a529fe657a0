import { SnekError } from '@snek/platform'
import type { Key } from '@snek/wire'
import type { CloseReason } from './engine/events.ts'

export type SessionErrorCode =
  | 'unreachable'
  | 'dial-timeout'
  | 'refused-protocol'
  | 'refused-by-peer'
  | 'wrong-key'
  | 'bad-certificate'
  | 'unsupported-version'
  | 'idle-timeout'
  | 'closed-by-peer'
  | 'reset'
  | 'protocol-error'
  | 'session-closed'
  | 'close-timeout'
  | 'too-many-sessions'
  | 'sessions-closed'
  | 'bad-key'
  | 'bad-protocol'
  | 'protocol-in-use'
  | 'datagram-too-long'
  | 'datagrams-unsupported'

/** A session that couldn't be had, or that ended. The message says what to do about it. */
export class SessionError extends SnekError {
  declare readonly code: SessionErrorCode
  /** The number that the other side, or QUIC, gave as reason; with `closed-by-peer` it is the application's. */
  readonly closeCode: number | undefined
  /** The words that came with it: the other side's, so not to be trusted. */
  readonly closeText: string | undefined

  constructor(
    code: SessionErrorCode,
    message: string,
    options: ErrorOptions & { closeCode?: number; closeText?: string } = {},
  ) {
    super(code, message, options)
    this.closeCode = options.closeCode
    this.closeText = options.closeText
  }
}

export type StreamErrorCode = 'reset-by-peer' | 'stopped-by-peer' | 'reset' | 'stopped'

/**
 * Half of a stream was given up: `reset-by-peer` ends its readable, `stopped-by-peer` its writable, `reset` and
 * `stopped` are what our own calls of these names do. Given as reason to `abort` or `cancel`, its `errorCode`
 * is what the other side gets.
 */
export class StreamError extends SnekError {
  declare readonly code: StreamErrorCode
  /** The number that whoever gave it up gave as reason; 0 for none. */
  readonly errorCode: number

  constructor(code: StreamErrorCode, errorCode: number) {
    super(code, MESSAGES[code](errorCode))
    this.errorCode = errorCode
  }
}

const MESSAGES: Record<StreamErrorCode, (code: number) => string> = {
  'reset-by-peer': (code) => `the other side gave up sending, with code ${code}`,
  'stopped-by-peer': (code) => `the other side wants no more, with code ${code}`,
  reset: (code) => `sending was given up here, with code ${code}`,
  stopped: (code) => `reading was given up here, with code ${code}`,
}

const TLS_ALERT = 0x100
const NO_APPLICATION_PROTOCOL = TLS_ALERT + 120
/** What crates/quic makes of a certificate with another key. */
const ACCESS_DENIED = TLS_ALERT + 49
/** Bad, unsupported and unknown certificates, and a signature that isn't its key's. */
const BAD_CERTIFICATE: readonly number[] = [42, 43, 46, 51].map((alert) => TLS_ALERT + alert)
/** A certificate was asked for and none came. */
const CERTIFICATE_REQUIRED = TLS_ALERT + 116
const CONNECTION_REFUSED = 0x2

/** What a dial that came to nothing rejects with. */
export function dialError(reason: CloseReason, key: Key, protocol: string, noRoute: boolean): SessionError {
  const who = key.short()
  switch (reason.by) {
    case 'handshake-timeout':
    case 'idle':
      return noRoute
        ? new SessionError('unreachable', `no way to ${who} is known: is it in this network, and are we?`)
        : new SessionError('dial-timeout', `${who} doesn't answer: is it in this network, and are we?`)
    case 'version':
      return new SessionError('unsupported-version', `${who} speaks no version of QUIC that we do`)
    case 'application':
      return new SessionError('refused-by-peer', `${who} closed the session at once${words(reason)}`, {
        closeCode: reason.code,
        closeText: reason.text,
      })
    case 'their-protocol':
    case 'our-protocol': {
      const [code, message] = handshakeFailure(reason, who, protocol)
      return new SessionError(code, message, { closeCode: reason.code, closeText: reason.text })
    }
    default:
      return sessionError(reason, key)
  }
}

function handshakeFailure(
  reason: CloseReason & { code: number; text: string },
  who: string,
  protocol: string,
): [SessionErrorCode, string] {
  const { by, code } = reason
  const isCertificate =
    code === ACCESS_DENIED || code === CERTIFICATE_REQUIRED || BAD_CERTIFICATE.includes(code)
  if (code === NO_APPLICATION_PROTOCOL) {
    return ['refused-protocol', `nobody at ${who} listens for protocol '${protocol}'`]
  }
  if (by === 'their-protocol' && isCertificate) {
    return ['refused-by-peer', `${who} doesn't accept this node's certificate${words(reason)}`]
  }
  if (by === 'their-protocol' && code === CONNECTION_REFUSED) {
    return ['refused-by-peer', `${who} takes no more sessions at present: try again later`]
  }
  if (code === ACCESS_DENIED) return ['wrong-key', `whoever answered for ${who} holds another key`]
  if (isCertificate) {
    return ['bad-certificate', `whoever answered for ${who} showed no sound certificate${words(reason)}`]
  }
  return ['protocol-error', `the handshake with ${who} failed${words(reason)}`]
}

/** Why a session ended that was ended by others. */
export function sessionError(reason: CloseReason, key: Key): SessionError {
  const who = key.short()
  switch (reason.by) {
    case 'us':
      return sessionClosed()
    case 'idle':
    case 'handshake-timeout':
      return new SessionError('idle-timeout', `nothing was heard from ${who} any more: dial again`)
    case 'reset':
      return new SessionError('reset', `${who} has forgotten the session, perhaps it restarted: dial again`)
    case 'version':
      return new SessionError('unsupported-version', `${who} speaks no version of QUIC that we do`)
    case 'application':
      return new SessionError('closed-by-peer', `${who} closed the session${words(reason)}`, {
        closeCode: reason.code,
        closeText: reason.text,
      })
    default: {
      const side =
        reason.by === 'our-protocol' ? `the session with ${who} failed` : `${who} failed the session`
      return new SessionError('protocol-error', `${side}${words(reason)}`, {
        closeCode: reason.code,
        closeText: reason.text,
      })
    }
  }
}

export function sessionClosed(): SessionError {
  return new SessionError('session-closed', 'the session is closed: dial again')
}

export function sessionsClosed(): SessionError {
  return new SessionError('sessions-closed', 'this node has ended its sessions')
}

function words({ code, text }: { code: number; text: string }): string {
  return text === '' ? ` (code ${code})` : ` (code ${code}: ${JSON.stringify(text)})`
}
