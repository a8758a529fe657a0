import { defaultAdminPath, serveAdmin } from '@snek/node/admin'
import { systemClock } from '@snek/platform'
import { watchEvents } from '../events.ts'
import { hostName } from '../format.ts'
import type { NodeOptions } from '../network.ts'
import { emit, say } from '../output.ts'
import { startNode } from '../own-node.ts'
import { onStop } from '../signals.ts'
import { startText } from '../start-text.ts'
import { version } from '../version.ts'

interface UpOptions extends NodeOptions {
  readonly admin?: string
  readonly json?: true
}

export async function up(options: UpOptions): Promise<void> {
  using stop = onStop()
  const path = options.admin ?? (await defaultAdminPath())
  await using started = await startNode(options)
  const { own: node, network } = started
  await using admin = await serveAdmin({ path, network, status: () => node.snapshot(), clock: systemClock() })
  const key = node.key.toString()
  const host = hostName(node.key)
  if (options.json) {
    emit({ event: 'ready', key, host, listen: node.listening, admin: admin.path })
  } else {
    const text = startText({
      version: version(),
      key,
      host,
      temporary: options.key === undefined && options.seed === undefined,
      listening: node.listening,
      peers: options.peer ?? [],
      admin: admin.path,
      adminIsDefault: options.admin === undefined,
    })
    say(text)
  }
  watchEvents(node.router, options.json === true, stop.signal)
  await stop.requested
}
