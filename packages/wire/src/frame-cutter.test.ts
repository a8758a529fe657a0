import { expect, test } from 'vitest'
import { encodeFrame, FrameCutter, MAX_FRAME_LENGTH } from './index.ts'

const keepalive = encodeFrame({ type: 'keepalive', extra: 0, hopLimit: 0 })
const payload = new Uint8Array(MAX_FRAME_LENGTH - 12).fill(7)
const longest = encodeFrame({ type: 'announcement', extra: 1, hopLimit: 2, payload })
const unknown = Uint8Array.from(keepalive)
unknown[5] = 5

test.each([1, 3, 9, 10, 11, 4096, 200_000])('cuts what comes %i bytes at a time', (size) => {
  const sent = [keepalive, unknown, longest, keepalive, longest]
  const stream = Uint8Array.from(sent.flatMap((frame) => [...frame]))
  const frames: Uint8Array[] = []
  const cutter = new FrameCutter((frame) => frames.push(frame))
  for (let at = 0; at < stream.length; at += size) cutter.push(stream.slice(at, at + size))
  expect(frames).toEqual(sent.filter((frame) => frame !== unknown))
})

test('gives frames away', () => {
  const frames: Uint8Array[] = []
  const cutter = new FrameCutter((frame) => frames.push(frame))
  const chunk = Uint8Array.from([...keepalive, ...keepalive])
  cutter.push(chunk)
  chunk.fill(0)
  frames[0]?.fill(0)
  expect(frames[1]).toEqual(keepalive)
})

test('fails at a bad header and ever after', () => {
  const frames: Uint8Array[] = []
  const cutter = new FrameCutter((frame) => frames.push(frame))
  expect(() => cutter.push(Uint8Array.from([...keepalive, ...new Uint8Array(12)]))).toThrow(
    'bad-magic at byte 0',
  )
  expect(() => cutter.push(keepalive)).toThrow()
  expect(frames).toEqual([keepalive])
})
