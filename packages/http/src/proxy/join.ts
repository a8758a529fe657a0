import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Pipes both ways until both have ended, each on its own; a failure of either ends both. Never rejects. */
export async function join(one: Duplex, other: Duplex): Promise<void> {
  await Promise.allSettled([pipeline(one, other), pipeline(other, one)])
}
