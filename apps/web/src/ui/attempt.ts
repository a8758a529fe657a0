import { complain } from '../app/toasts.tsx'

/** Does something that may fail, of which the page tells. True if it didn't. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error))
    return false
  }
}
