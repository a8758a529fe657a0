import { SnekError } from '@snek/platform'

export type IdentityErrorCode =
  | 'bad-seed'
  | 'key-file-exists'
  | 'key-file-missing'
  | 'key-file-unreadable'
  | 'key-file-unwritable'
  | 'key-file-malformed'

/** An identity that can't be made, loaded or saved. The message says what to do about it. */
export class IdentityError extends SnekError {
  declare readonly code: IdentityErrorCode

  constructor(code: IdentityErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}
