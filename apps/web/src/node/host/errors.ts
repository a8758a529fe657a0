import { SnekError } from '@snek/platform'

/** Something that can't be done; the message is for people. */
export class HostError extends SnekError {}

/** What went wrong, in words, whatever was thrown. */
export function inWords(error: unknown): string {
  if (isQuotaError(error))
    return 'The browser has no room left for this page: remove received files, or free some space.'
  return error instanceof Error ? error.message : String(error)
}

export function isQuotaError(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError'
}
