/** Between two looks, in milliseconds. */
const INTERVAL = 2

/**
 * Waits until `condition` returns something true, for tests that wait on sockets and processes. Rejects
 * after `timeout` milliseconds (5,000 by default), naming what was waited for.
 */
export async function waitFor(
  condition: () => unknown,
  options: { timeout?: number; message?: string } = {},
): Promise<void> {
  const { timeout = 5000, message = condition.toString() } = options
  const deadline = performance.now() + timeout
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeout} ms in vain for ${message}`)
    await new Promise((resolve) => setTimeout(resolve, INTERVAL))
  }
}
