import { defaultAdminPath, serveAdmin } from '@snek/node/admin'
import { systemClock } from '@snek/platform'
import { watchEvents } from '../events.ts'
import { type NodeOptions, startNode } from '../network.ts'
import { emit, say } from '../output.ts'
import { onStop } from '../signals.ts'
import { startText } from '../start-text.ts'

interface UpOptions extends NodeOptions {
  readonly admin?: string
  readonly json?: true
}

export async function up(options: UpOptions): Promise<void> {
  using stop = onStop()
  const path = options.admin ?? (await defaultAdminPath())
  await using node = await startNode(options)
  await using admin = await serveAdmin({
    path,
    network: node,
    status: () => node.snapshot(),
    clock: systemClock(),
  })
  const temporary = options.key === undefined && options.seed === undefined
  if (options.json)
    emit({ event: 'ready', key: node.key.toString(), listen: node.listening, admin: admin.path })
  else say(startText(node, admin.path, options.peer ?? [], temporary))
  watchEvents(node.router, options.json === true)
  await aborted(stop.signal)
}
