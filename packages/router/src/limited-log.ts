import type { Logger, LogLevel } from '@snek/platform'
import { TokenBucket } from './token-bucket.ts'

/** Lines a second; strangers can cause as many as they like. */
const LINES_PER_SECOND = 20

/** A log that no peer can flood: beyond the limit lines are left out, and the next one says how many. */
export class LimitedLog {
  readonly #logger: Logger
  readonly #bucket: TokenBucket
  #omitted = 0

  constructor(logger: Logger, now: number) {
    this.#logger = logger
    this.#bucket = new TokenBucket(LINES_PER_SECOND, now)
  }

  log(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>, now: number): void {
    if (!this.#logger.enabled(level)) return
    if (!this.#bucket.take(now)) {
      this.#omitted += 1
      return
    }
    const omitted = this.#omitted > 0 ? { omitted: this.#omitted } : {}
    this.#omitted = 0
    this.#logger.log(level, message, { ...fields, ...omitted })
  }
}
