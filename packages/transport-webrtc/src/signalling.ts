// How two nodes that can reach each other over the overlay agree on a direct link: one stream of a session,
// an offer one way, an answer the other, each a line of JSON up to the end of its direction.
import type { Key } from '@snek/wire'
import { MAX_DESCRIPTION } from './limits.ts'

/** The protocol name of the sessions that direct links are agreed over. */
export const SIGNALLING_PROTOCOL = 'webrtc'

/** A stream to a key, alone in its session. @snek/node's `PeerStream` is one. */
export interface SignallingStream {
  readonly remoteKey: Key
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  close(reason?: Error): Promise<void>
}

/** Where streams come from. @snek/node's `StreamNetwork` is one. */
export interface SignallingNetwork {
  open(key: Key, protocol: string, options?: { signal?: AbortSignal }): Promise<SignallingStream>
  listen(protocol: string): Promise<AsyncIterable<SignallingStream> & { close(): Promise<void> }>
}

export type Message =
  | { readonly type: 'offer' | 'answer'; readonly sdp: string }
  | { readonly type: 'refused'; readonly reason: Refusal }

/** `unwanted`: not from this key. `busy`: later, perhaps. `unable`: no WebRTC on that side. */
export type Refusal = 'unwanted' | 'busy' | 'unable'

const REFUSALS: readonly unknown[] = ['unwanted', 'busy', 'unable'] satisfies Refusal[]

/** The JSON around a description, escapes included. */
const MAX_MESSAGE_LENGTH = 2 * MAX_DESCRIPTION

export async function sendMessage(stream: SignallingStream, message: Message): Promise<void> {
  const writer = stream.writable.getWriter()
  await writer.write(new TextEncoder().encode(JSON.stringify(message)))
  await writer.close()
}

/** What the other side sent; undefined if it makes no sense. */
export async function readMessage(stream: SignallingStream): Promise<Message | undefined> {
  const decoder = new TextDecoder()
  const reader = stream.readable.getReader()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return parseMessage(text)
    text += decoder.decode(value, { stream: true })
    if (text.length > MAX_MESSAGE_LENGTH) {
      await reader.cancel()
      return undefined
    }
  }
}

function parseMessage(text: string): Message | undefined {
  let value: { type?: unknown; sdp?: unknown; reason?: unknown } | null
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { type, sdp, reason } = value
  if (type === 'refused') return REFUSALS.includes(reason) ? { type, reason: reason as Refusal } : undefined
  if ((type !== 'offer' && type !== 'answer') || typeof sdp !== 'string') return undefined
  return sdp.length <= MAX_DESCRIPTION ? { type, sdp } : undefined
}
