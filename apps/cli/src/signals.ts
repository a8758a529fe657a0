// Ctrl-C and `kill`, as an AbortSignal.
import { CommandError } from './exit.ts'

export interface StopSignal extends Disposable {
  /** Aborted with a `CommandError` of code 'interrupted' by SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Resolves when `signal` aborts. */
  readonly requested: Promise<void>
}

/** A second signal ends the process at once, for whoever can't wait. */
export function onStop(): StopSignal {
  const controller = new AbortController()
  const stop = (name: NodeJS.Signals): void => {
    release()
    controller.abort(new CommandError('interrupted', `interrupted by ${name}`))
  }
  const release = (): void => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const { signal } = controller
  const requested = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve())
  })
  return { signal, requested, [Symbol.dispose]: release }
}
