export type { Clock, TimerHandle } from './clock.ts'
export { SnekError } from './errors.ts'
export type { Logger, LogLevel } from './logger.ts'
export { silentLogger } from './logger.ts'
