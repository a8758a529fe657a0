import { decodeFrame } from '@snek/wire'
import type { Fields } from '../fields.ts'
import type { Implementation } from '../implementation.ts'
import { expectEqual } from '../mismatch.ts'

export function streamCase(fields: Fields, { readStream }: Implementation): void {
  const chunks = fields.bytesList('chunks')
  const frames = fields.bytesList('frames')
  const error = fields.isGiven('error')
    ? { code: fields.string('error'), offset: fields.integer('offset', 0, Number.MAX_SAFE_INTEGER) }
    : undefined
  fields.finish()
  const outcome = readStream?.(chunks)
  const shown = frames.filter((frame) => outcome?.shows.includes(decodeFrame(frame).type))
  expectEqual('frames', shown, outcome?.frames)
  expectEqual('error', error?.code, outcome?.error?.code)
  expectEqual('offset', error?.offset, outcome?.error?.offset)
}
