// Log lines on stderr.
import { inspect } from 'node:util'
import { configure, getLogger, type LogRecord } from '@logtape/logtape'
import type { Logger, LogLevel } from '@snek/platform'
import { formatTime } from './format.ts'
import { note } from './output.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogSetting = (typeof LOG_LEVELS)[number]

const LEVELS = { debug: 'debug', info: 'info', warn: 'warning', error: 'error' } as const

/** A logger for the parts of the node. Nothing below `setting` is shown. */
export async function createLogger(setting: LogSetting): Promise<Logger> {
  await configure({
    sinks: { stderr: (record) => note(formatRecord(record)) },
    loggers: [
      { category: 'snek', sinks: ['stderr'], lowestLevel: setting === 'silent' ? null : LEVELS[setting] },
      { category: ['logtape', 'meta'], sinks: ['stderr'], lowestLevel: 'error' },
    ],
  })
  const logger = getLogger('snek')
  return {
    enabled: (level: LogLevel) => logger.isEnabledFor(LEVELS[level]),
    log: (level, message, fields = {}) =>
      logger.emit({
        level: LEVELS[level],
        message: [message],
        rawMessage: message,
        timestamp: Date.now(),
        properties: fields,
      }),
  }
}

/** `12:00:01 warn  peering ended  uri=tcp://127.0.0.1:40001 code=bad-magic` */
function formatRecord(record: LogRecord): string {
  const time = formatTime(new Date(record.timestamp))
  const level = record.level === 'warning' ? 'warn' : record.level
  const fields = Object.entries(record.properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${formatValue(value)}`)
  return `${time} ${level.padEnd(5)} ${record.message.join('')}${fields.length > 0 ? ' ' : ''}${fields.join('')}`
}

function formatValue(value: unknown): string {
  const text = typeof value === 'string' ? value : inspect(value, { breakLength: Number.POSITIVE_INFINITY })
  return /[\s"]/.test(text) || text === '' ? JSON.stringify(text) : text
}
