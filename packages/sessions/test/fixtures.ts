import type { Session, SessionListener, Sessions, SessionsOptions } from '../src/index.ts'
import { TestNetwork } from './network.ts'

export interface Pair {
  network: TestNetwork
  near: Sessions
  far: Sessions
  listener: SessionListener
  /** near's end. */
  dialled: Session
  /** far's end. */
  accepted: Session
}

/** Two nodes with one session for protocol `test`. */
export async function pair(
  options: { network?: TestNetwork; near?: Partial<SessionsOptions>; far?: Partial<SessionsOptions> } = {},
): Promise<Pair> {
  const { network = new TestNetwork() } = options
  const near = await network.start(1, options.near)
  const far = await network.start(2, options.far)
  const listener = far.listen('test')
  const [dialled, accepted] = await network.run(Promise.all([near.dial(far.key, 'test'), next(listener)]))
  return { network, near, far, listener, dialled, accepted }
}

/** The next of what comes. */
export async function next<T>(values: AsyncIterable<T>): Promise<T> {
  for await (const value of values) return value
  throw new Error('no more came')
}

export async function bytesOf(readable: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(readable).arrayBuffer())
}

export async function textOf(readable: ReadableStream<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await bytesOf(readable))
}

/** Writes everything and closes. */
export async function send(writable: WritableStream<Uint8Array>, bytes: Uint8Array | string): Promise<void> {
  const writer = writable.getWriter()
  await writer.write(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
  await writer.close()
}

/** Bytes that are never the same for 251 in a row. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31) % 251)
}
