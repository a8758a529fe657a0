import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { SocketReader } from './socket-reader.ts'

test('a socket of a runtime without handles is read by events', async () => {
  const accepted = new PassThrough().pause()
  const reader = new SocketReader()
  const read: Uint8Array[] = []
  reader.onChunk = (chunk) => read.push(chunk.slice())
  const socket = reader.adopt(accepted as unknown as Socket)
  accepted.end(Uint8Array.of(1, 2, 3))
  await new Promise(setImmediate)
  expect(read).toEqual([])
  const ended = new Promise((resolve) => socket.once('end', resolve))
  socket.resume()
  await ended
  expect(read.flatMap((chunk) => [...chunk])).toEqual([1, 2, 3])
})
