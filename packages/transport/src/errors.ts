import { SnekError } from '@snek/platform'

export type TransportErrorCode =
  | 'address-in-use'
  | 'address-unusable'
  | 'connection-refused'
  | 'connection-lost'
  | 'unreachable'
  | 'timed-out'
  | 'tls-failed'
  | 'not-a-websocket'
  | 'text-message'
  | 'message-too-long'
  | 'unsupported-scheme'

/** A transport's failure: dialling, listening, or a stream that broke. The message says how to mend it. */
export class TransportError extends SnekError {
  declare readonly code: TransportErrorCode

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}
