// The network that a command uses: the running node, or a node of its own for as long as it runs.
import { createIdentity, type Identity } from '@snek/identity'
import { loadIdentity } from '@snek/identity/node'
import { answerPings, createNode, type Node, type StreamNetwork, streamNetwork } from '@snek/node'
import { connectAdmin, defaultAdminPath } from '@snek/node/admin'
import type { Logger, SnekError } from '@snek/platform'
import { CommandError, UsageError } from './exit.ts'
import { createLogger, type LogSetting } from './logging.ts'

export interface NodeOptions {
  readonly key?: string
  readonly seed?: Uint8Array
  readonly listen?: readonly string[]
  readonly peer?: readonly string[]
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
    if (options.key !== undefined || options.seed !== undefined) {
      throw new UsageError('--key and --seed are for a node of its own: add --peer or --listen')
    }
    const network = await connectAdmin(options.admin ?? (await defaultAdminPath()))
    return { network, own: undefined, [Symbol.asyncDispose]: async () => undefined }
  }
  if (options.admin !== undefined) {
    throw new UsageError('--admin is for the running node, --peer and --listen for one of its own: choose')
  }
  const own = await startNode(options)
  return { network: streamNetwork(own), own, [Symbol.asyncDispose]: () => own.close() }
}

/** A node that answers pings. */
export async function startNode(options: NodeOptions): Promise<Node> {
  const logger = await createLogger(options.log)
  const node = await createNode({
    identity: await identityOf(options, logger),
    listen: options.listen ?? [],
    peers: options.peer ?? [],
    logger,
  })
  await answerPings(streamNetwork(node))
  return node
}

async function identityOf({ key, seed }: NodeOptions, logger: Logger): Promise<Identity> {
  if (key === undefined) return createIdentity(seed === undefined ? {} : { seed })
  return loadIdentity(key, { logger }).catch((error: SnekError) => {
    if (error.code !== 'key-file-missing') throw error
    throw new CommandError(error.code, `${error.message}: snek keygen --out ${key} makes one`)
  })
}
