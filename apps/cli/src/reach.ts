// Reaching a key in time, and saying why it didn't work.
import type { Node } from '@snek/node'
import type { SnekError } from '@snek/platform'
import type { Key } from '@snek/wire'
import { CommandError } from './exit.ts'
import type { OpenNetwork } from './network.ts'

/**
 * Does `open` once the network has a peering, within `timeout` milliseconds. Throws `unreachable`,
 * `no-peering`, or what `open` throws.
 */
export async function reach<T>(
  key: Key,
  { own }: OpenNetwork,
  timeout: number,
  stopped: AbortSignal,
  open: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(timeout)
  const signal = AbortSignal.any([stopped, limit])
  try {
    if (own !== undefined) await firstPeering(own, signal)
    return await open(signal)
  } catch (error) {
    if (!limit.aborted || stopped.aborted) throw error
    const seconds = timeout / 1000
    throw new CommandError(
      'unreachable',
      `${key.short()}… gave no answer within ${seconds} s: check the key, and that its node is up and peered`,
    )
  }
}

/** Resolves when the node has a peer. Rejects when none of its static peers could be reached at all. */
function firstPeering(node: Node, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void): void => {
      node.router.removeEventListener('peeradded', check)
      node.staticPeers.removeEventListener('statuschange', check)
      signal.removeEventListener('abort', check)
      settle()
    }
    const check = (): void => {
      if (node.router.snapshot().peers.length > 0) return done(resolve)
      if (signal.aborted) return done(() => reject(signal.reason))
      const failed = node.staticPeers.status.filter(({ failures }) => failures > 0)
      const hopeless = failed.length === node.staticPeers.status.length && node.listening.length === 0
      const [first] = failed
      if (hopeless && first !== undefined) return done(() => reject(noPeering(first)))
    }
    node.router.addEventListener('peeradded', check)
    node.staticPeers.addEventListener('statuschange', check)
    signal.addEventListener('abort', check)
    check()
  })
}

function noPeering({ uri, error }: { uri: string; error?: Error }): SnekError {
  const reason = error?.message ?? 'it closed'
  // Transports begin with the URI, others don't.
  const told = reason.startsWith(uri) ? reason : `${uri}: ${reason}`
  return new CommandError('no-peering', `could not peer with ${told}`)
}
