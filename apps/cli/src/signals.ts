// Ctrl-C and `kill`, as an AbortSignal.
import { CommandError, FAILED } from './exit.ts'

export interface StopSignal extends Disposable {
  /** Aborted with a `CommandError` of code 'interrupted' by SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Resolves when `signal` aborts. */
  readonly requested: Promise<void>
}

/**
 * A second signal ends the process at once, for whoever can't wait. The handlers stay until they are disposed of:
 * what restores the terminal's cursor ends the process at a signal that nobody else handles.
 */
export function onStop(): StopSignal {
  const controller = new AbortController()
  const { signal } = controller
  const stop = (name: NodeJS.Signals): void => {
    if (signal.aborted) process.exit(FAILED)
    controller.abort(new CommandError('interrupted', `interrupted by ${name}`))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const requested = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve())
  })
  const release = (): void => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
  return { signal, requested, [Symbol.dispose]: release }
}
