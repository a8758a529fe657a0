/** After a peering was lost, in milliseconds. */
const AFTER_LOSS = 5000

/** The longest wait, in milliseconds. */
const LONGEST = 3_600_000

/**
 * How long to wait before dialling a static peer again, in milliseconds (PROTOCOL.md section 6): 5 s after a
 * peering, 2ⁿ s after n failures in a row, an hour at most. Up to a tenth longer, by `random`, so that nodes
 * which lost the same peer don't all come back in the same moment.
 */
export function backoff(failures: number, random: (length: number) => Uint8Array): number {
  const delay = failures === 0 ? AFTER_LOSS : Math.min(1000 * 2 ** failures, LONGEST)
  const [byte = 0] = random(1)
  return Math.min(delay * (1 + byte / 2560), LONGEST)
}
