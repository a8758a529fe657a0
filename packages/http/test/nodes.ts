// Two real nodes, which are peers of each other.
import { createNode, type Node } from '@snek/node'
import { waitFor } from '@snek/platform/testing'
import { memoryTransport } from '@snek/transport'

export interface NodePair extends AsyncDisposable {
  readonly near: Node
  readonly far: Node
}

export async function startNodes(): Promise<NodePair> {
  const transports = [memoryTransport()]
  const far = await createNode({ seed: new Uint8Array(32).fill(2), transports, listen: ['memory://far'] })
  const near = await createNode({ seed: new Uint8Array(32).fill(1), transports, peers: ['memory://far'] })
  const isPeered = (node: Node): boolean => node.snapshot().peers.some(({ coords }) => coords !== null)
  await waitFor(() => isPeered(near) && isPeered(far))
  return {
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      await near.close()
      await far.close()
    },
  }
}
