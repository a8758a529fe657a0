import { createIdentity } from '@snek/identity'
import { saveIdentity } from '@snek/identity/node'
import { emit, note, say } from '../output.ts'

export async function keygen({ out, json }: { out: string; json?: true }): Promise<void> {
  const identity = createIdentity()
  await saveIdentity(out, identity)
  const key = identity.key.toString()
  if (json) return emit({ key, file: out })
  note(`The seed is in ${out}: keep it secret, and keep a copy. The public key:`)
  say(key)
}
