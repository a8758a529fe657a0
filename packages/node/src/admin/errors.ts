import { SnekError } from '@snek/platform'

export type AdminErrorCode =
  | 'no-running-node'
  | 'admin-in-use'
  | 'admin-path-unusable'
  | 'admin-version'
  | 'admin-malformed'
  | 'admin-message-too-long'
  | 'admin-connection-lost'
  | 'admin-busy'
  | 'no-such-stream'
  | 'stream-cut'

/** A failure of the admin socket itself. The message says how to mend it. */
export class AdminError extends SnekError {
  declare readonly code: AdminErrorCode

  constructor(code: AdminErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}

/** What the running node reported, with the code that the error had over there. */
export class RemoteError extends SnekError {}
