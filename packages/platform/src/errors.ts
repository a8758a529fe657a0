/**
 * The base of every error that the suite throws on purpose. `code` is stable and kebab-case; programs
 * branch on it, people read the message.
 */
export class SnekError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}
