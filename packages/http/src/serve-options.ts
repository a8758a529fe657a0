// What a server bounds, whoever parses the requests.
import { type Clock, type Logger, silentLogger, systemClock } from '@snek/platform'
import type { StreamLimits } from './accept-streams.ts'

export interface ServeOptions extends Partial<StreamLimits> {
  /** Milliseconds until the head of a request must have arrived; 15,000 by default. Then: 408. */
  headersTimeout?: number
  /** Milliseconds from its head until a request's body must have arrived; 300,000 by default. Then: 408. */
  requestTimeout?: number
  clock?: Clock
  logger?: Logger
}

/** Listening for HTTP. Closing it ends listening, every session and what is being answered. */
export interface HttpService extends AsyncDisposable {
  /** Resolves when it was closed; rejects if listening failed. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

/** Bytes of a message's head; a longer one: 431. */
export const MAX_HEAD_SIZE: number = 16 * 1024

/** How long a refusal may take to be taken, in milliseconds. */
export const REFUSAL_LIMIT = 5_000

export function withServeDefaults(options: ServeOptions): Required<ServeOptions> {
  return {
    maxSessions: 256,
    maxStreamsPerSession: 64,
    maxStreams: 1024,
    headersTimeout: 15_000,
    requestTimeout: 300_000,
    clock: systemClock(),
    logger: silentLogger,
    ...options,
  }
}

const REASONS = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
} as const

export type RefusalStatus = keyof typeof REASONS

/** A whole response without a body, after which the stream ends. */
export function refusal(status: RefusalStatus): string {
  return `HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`
}
