/** What a node's sessions take on. What is over a limit is refused or ignored, and counted. */
export interface SessionLimits {
  /** Sessions in all, in both directions (1,024). */
  readonly sessions: number
  /** Sessions with one key, in both directions (32). */
  readonly sessionsPerKey: number
  /** Incoming handshakes under way (64); more are ignored. */
  readonly handshakes: number
  /** From so many incoming handshakes on (16), a newcomer first has to prove that it gets what is sent to its key. */
  readonly handshakesBeforeRetry: number
  /** Streams that the other side of a session may have open (128); it waits before it opens more. */
  readonly streams: number
  /** Sessions that wait to be taken from a listener (32); more are closed as `busy`. */
  readonly backlog: number
}

export const DEFAULT_LIMITS: SessionLimits = {
  sessions: 1024,
  sessionsPerKey: 32,
  handshakes: 64,
  handshakesBeforeRetry: 16,
  streams: 128,
  backlog: 32,
}
