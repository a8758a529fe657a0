// A node in this process.
import { createIdentity, type Identity } from '@snek/identity'
import { loadIdentity } from '@snek/identity/node'
import { createNode, type Node, type StreamNetwork, streamNetwork } from '@snek/node'
import { answerPings } from '@snek/node/ping'
import type { Logger, SnekError } from '@snek/platform'
import { CommandError } from './exit.ts'
import { createLogger } from './logging.ts'
import type { NodeOptions } from './network.ts'

export interface OwnNode extends AsyncDisposable {
  readonly network: StreamNetwork
  readonly own: Node
}

/** A node that answers pings. */
export async function startNode(options: NodeOptions): Promise<OwnNode> {
  const logger = await createLogger(options.log)
  const own = await createNode({
    identity: await identityOf(options, logger),
    listen: options.listen ?? [],
    peers: options.peer ?? [],
    requireChallenge: options.requireChallenge ?? false,
    logger,
  })
  const network = streamNetwork(own)
  await answerPings(network)
  return { network, own, [Symbol.asyncDispose]: () => own.close() }
}

async function identityOf({ key, seed }: NodeOptions, logger: Logger): Promise<Identity> {
  if (key === undefined) return createIdentity(seed === undefined ? {} : { seed })
  return loadIdentity(key, { logger }).catch((error: SnekError) => {
    if (error.code !== 'key-file-missing') throw error
    throw new CommandError(error.code, `${error.message}; snek keygen --out ${key} makes one`)
  })
}
