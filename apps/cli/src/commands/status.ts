import { connectAdmin, defaultAdminPath } from '@snek/node/admin'
import { hostName } from '../format.ts'
import { emit, say } from '../output.ts'
import { formatStatus } from '../status-tables.ts'

export async function status({ admin, json }: { admin?: string; json?: true }): Promise<void> {
  const client = await connectAdmin(admin ?? (await defaultAdminPath()))
  const snapshot = await client.status()
  if (json) emit({ ...snapshot, host: hostName(client.key) })
  else say(formatStatus(snapshot))
}
