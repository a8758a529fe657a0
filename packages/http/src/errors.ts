import { SnekError } from '@snek/platform'

export type HttpErrorCode =
  /** The URL is not http:, or has a port or credentials: the overlay has none of them. */
  | 'bad-url'
  /** The host of a URL is no key. */
  | 'not-a-key'
  /** The stream or its session ended in the middle of an exchange. */
  | 'connection-lost'
  /** What came is not HTTP/1.1. */
  | 'malformed'
  /** The head of a message is longer than the limit. */
  | 'head-too-large'
  /** The body of a message is longer than the limit. */
  | 'body-too-large'
  /** A request took longer to arrive than it may. */
  | 'timed-out'
  /** A page from outside asks a proxy for something in the overlay. */
  | 'foreign-origin'
  /** A redirect, where none is wanted. */
  | 'redirected'
  | 'too-many-redirects'
  /** A redirect asks for the body once more, which was a stream. */
  | 'body-spent'
  /** A request asks for what this implementation doesn't do. */
  | 'unsupported'
  /** More sessions than are served at once. */
  | 'busy'
  /** Used after it was closed, or closed while it was in use. */
  | 'closed'

/** A failure of HTTP over the overlay; the message says what to mend. */
export class HttpError extends SnekError {
  declare readonly code: HttpErrorCode

  constructor(code: HttpErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}
