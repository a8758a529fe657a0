// What a receiver answers once it has read the whole stream: see the README, "The transfer protocol".

/** How many bytes came, and their SHA-256 as hex. */
export interface Receipt {
  readonly bytes: number
  readonly sha256: string
}

/** The longest receipt, in bytes. */
const RECEIPT_LIMIT = 128
const FORM = /^sha256 ([0-9a-f]{64}) bytes (\d{1,16})\n$/

/** One line of ASCII: `sha256 <64 hex digits> bytes <decimal>`. */
export function encodeReceipt({ bytes, sha256 }: Receipt): Uint8Array {
  return new TextEncoder().encode(`sha256 ${sha256} bytes ${bytes}\n`)
}

/** Reads a receipt up to the end of the stream; undefined if what comes is none. */
export async function readReceipt(readable: AsyncIterable<Uint8Array>): Promise<Receipt | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of readable) {
    if (text.length + chunk.length > RECEIPT_LIMIT) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  const [, sha256, bytes] = FORM.exec(text) ?? []
  return sha256 === undefined ? undefined : { sha256, bytes: Number(bytes) }
}
