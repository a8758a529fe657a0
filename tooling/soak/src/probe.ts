// Loaded into each node before its command: tells the soak, when asked, what the node holds.
import { readdirSync } from 'node:fs'

export interface Holdings {
  /** Bytes after a collection: JavaScript's heap, and what lies outside of it, WASM memory too. */
  readonly heap: number
  readonly external: number
  /** Bytes of the process in RAM. */
  readonly rss: number
  /** What keeps the process alive, by kind: sockets, listeners, timers. */
  readonly resources: Readonly<Record<string, number>>
  /** Open file descriptors; 0 where the system doesn't say. */
  readonly descriptors: number
  /** ms of CPU time so far. */
  readonly cpu: number
}

function descriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

function take(): Holdings {
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  const resources: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  const { user, system } = process.cpuUsage()
  const cpu = (user + system) / 1000
  return { heap: heapUsed, external, rss, resources, descriptors: descriptors(), cpu }
}

process.on('message', () => process.send?.(take()))
// A node whose soak is gone goes too.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// The node's own work keeps it alive, and not this.
process.channel?.unref()
