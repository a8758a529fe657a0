import { describe, expect, test } from 'vitest'
import { LINE_LIMIT, LineReader, writeLine } from './lines.ts'

function streamOf(...chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) {
        controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
      }
      controller.close()
    },
  })
}

async function text(reader: LineReader): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of reader.bytes()) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('lines of JSON', () => {
  test('are read however they are cut, and bytes after them', async () => {
    const whole = '{"a":1}\n{"b":"ü"}\nrest of it'
    const bytes = new TextEncoder().encode(whole)
    for (let cut = 0; cut < bytes.length; cut += 1) {
      const reader = new LineReader(streamOf(bytes.subarray(0, cut), bytes.subarray(cut)))
      expect(await reader.line()).toEqual({ a: 1 })
      expect(await reader.line()).toEqual({ b: 'ü' })
      expect(await text(reader)).toBe('rest of it')
    }
  })

  test('are written as they are read', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const sent = writeLine(writer, { hello: 'wörld' }).then(() => writer.close())
    const reader = new LineReader(readable)
    expect(await reader.line()).toEqual({ hello: 'wörld' })
    expect(await reader.line()).toBeUndefined()
    await sent
  })

  test.each([
    ['no JSON', 'hello\n'],
    ['a number', '7\n'],
    ['null', 'null\n'],
    ['cut off', '{"a":'],
    ['without end', 'x'.repeat(LINE_LIMIT + 1)],
  ])('that are %s make no sense', async (_, line) => {
    await expect(new LineReader(streamOf(line)).line()).rejects.toMatchObject({ code: 'bad-line' })
  })
})
