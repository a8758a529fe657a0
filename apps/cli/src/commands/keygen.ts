import { createIdentity } from '@snek/identity'
import { saveIdentity } from '@snek/identity/node'
import { hostName } from '../format.ts'
import { emit, note, say } from '../output.ts'

export async function keygen({ out, json }: { out: string; json?: true }): Promise<void> {
  const identity = createIdentity()
  await saveIdentity(out, identity)
  const key = identity.key.toString()
  const host = hostName(identity.key)
  if (json) return emit({ key, host, file: out })
  note(`The seed is in ${out}: keep it secret, and keep a copy. As a host name the key is ${host}`)
  note('The public key:')
  say(key)
}
