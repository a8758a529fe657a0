import { expect } from 'vitest'
import type { Session, SessionListener, SessionStream, Sessions, SessionsOptions } from '../src/index.ts'
import { TestNetwork } from './network.ts'

export interface PairOptions {
  network?: TestNetwork
  near?: Partial<SessionsOptions>
  far?: Partial<SessionsOptions>
}

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
export async function pair(options: PairOptions = {}): Promise<Pair> {
  const { network = new TestNetwork() } = options
  const near = await network.start(1, options.near)
  const far = await network.start(2, options.far)
  const listener = far.listen('test')
  const [dialled, accepted] = await network.run(Promise.all([near.dial(far.key, 'test'), next(listener)]))
  return { network, near, far, listener, dialled, accepted }
}

export interface StreamPair {
  network: TestNetwork
  dialled: Session
  accepted: Session
  near: SessionStream
  far: SessionStream
}

/** Two nodes with one session and one stream, opened by near, which both have written a byte to. */
export async function streamPair(options: PairOptions = {}): Promise<StreamPair> {
  const { network, dialled, accepted } = await pair(options)
  const near = await dialled.openStream()
  await network.run(poke(near))
  const far = await network.run(next(accepted.streams))
  await network.run(poke(far))
  await network.run(Promise.all([peek(near), peek(far)]))
  return { network, dialled, accepted, near, far }
}

async function poke({ writable }: SessionStream): Promise<void> {
  const writer = writable.getWriter()
  await writer.write(new Uint8Array(1))
  writer.releaseLock()
}

async function peek({ readable }: SessionStream): Promise<void> {
  const reader = readable.getReader()
  await reader.read()
  reader.releaseLock()
}

/** The next of what comes. */
export async function next<T>(values: AsyncIterable<T>): Promise<T> {
  for await (const value of values) return value
  throw new Error('no more came')
}

export async function bytesOf(readable: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readable) chunks.push(chunk)
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let used = 0
  for (const chunk of chunks) {
    bytes.set(chunk, used)
    used += chunk.length
  }
  return bytes
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

/** Bytes that differ from those before and after. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31) % 251)
}

/** Says where they differ, and is quick for millions. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length)
  expect(actual.findIndex((byte, index) => byte !== expected[index])).toBe(-1)
}

/** To be looked at later, should it reject before. */
export function later<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}
