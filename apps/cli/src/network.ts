// The network that a command uses: the running node, or a node of its own for as long as it runs.
import type { Node, StreamNetwork } from '@snek/node'
import { connectAdmin, defaultAdminPath } from '@snek/node/admin'
import { UsageError } from './exit.ts'
import type { LogSetting } from './logging.ts'

export interface NodeOptions {
  readonly key?: string
  readonly seed?: Uint8Array
  readonly listen?: readonly string[]
  readonly peer?: readonly string[]
  readonly requireChallenge?: true
  readonly log: LogSetting
}

export interface NetworkOptions extends NodeOptions {
  readonly admin?: string
}

export interface OpenNetwork extends AsyncDisposable {
  readonly network: StreamNetwork
  /** The command's own node; undefined where it uses the running one. */
  readonly own: Node | undefined
}

/** Checks that the options go together, and opens the one or the other network. */
export async function openNetwork(options: NetworkOptions): Promise<OpenNetwork> {
  if (options.peer === undefined && options.listen === undefined) {
    const { key, seed, requireChallenge } = options
    if (key !== undefined || seed !== undefined || requireChallenge) {
      const ownOnly = '--key, --seed and --require-challenge are for a node of its own'
      throw new UsageError(`${ownOnly}: add --peer or --listen`)
    }
    const network = await connectAdmin(options.admin ?? (await defaultAdminPath()))
    return { network, own: undefined, [Symbol.asyncDispose]: async () => undefined }
  }
  if (options.admin !== undefined) {
    throw new UsageError('--admin is for the running node, --peer and --listen for one of its own: choose')
  }
  // A node takes a while to load; with a running one it isn't needed.
  const { startNode } = await import('./own-node.ts')
  return startNode(options)
}
