export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Where log lines go. Fields are plain values; secrets and payloads never appear in them. */
export interface Logger {
  /** False lets a caller skip building expensive fields. */
  enabled(level: LogLevel): boolean
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** Drops everything. The default wherever a logger is optional. */
export const silentLogger: Logger = {
  enabled: () => false,
  log: () => undefined,
}
