import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { byteFields, parseCases } from './cases.ts'
import { layOutFormat } from './formats.ts'
import { leaves, rows } from './hex-rows.ts'
import type { Field } from './layout.ts'

const DIRECTORY = new URL('../../../../test-vectors/', import.meta.url)
const SOUND = [
  'varu64',
  'coordinates',
  'handshake',
  'announcement',
  'bootstrap',
  'broadcast',
  'frames',
  'challenge',
]

const files = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, cases: parseCases(readFileSync(new URL(name, DIRECTORY), 'utf8')) }))

function bytesOf(name: string): ReturnType<typeof byteFields>[number][] {
  const cases = files.find((file) => file.name === name)?.cases ?? []
  return cases.flatMap((value) => byteFields(name, value as Record<string, unknown>))
}

describe('fields of sound bytes', () => {
  test.each(SOUND)('%s: every byte belongs to one', (name) => {
    const fields = bytesOf(`${name}.json`)
    expect(fields.length).toBeGreaterThan(0)
    for (const { bytes, format } of fields) {
      const layout = layOutFormat(format, bytes)
      expect(layout.error).toBeUndefined()
      expect(leaves(layout.fields, bytes.length).every((leaf) => leaf.tint !== 'none')).toBe(true)
    }
  })

  test('a traffic frame', () => {
    const frame = bytesOf('frames.json').find(({ bytes }) => bytes[5] === 3 && bytes[13] !== 0)
    const { fields } = layOutFormat('frame', frame?.bytes ?? new Uint8Array())
    expect(fields.map((field) => field.label)).toEqual(['header', 'traffic'])
    expect(fields[0]?.fields.map((field) => field.label)).toEqual([
      'magic',
      'frame version',
      'type',
      'extra',
      'hop limit',
      'length',
    ])
    expect(fields[1]?.fields.slice(0, 3).map((field) => field.label)).toEqual([
      'payload length',
      'destination',
      'source',
    ])
  })
})

test('fields of malformed bytes lie within them, in order', () => {
  for (const { bytes, format } of [...bytesOf('malformed.json'), ...bytesOf('stream.json')]) {
    inOrder(layOutFormat(format, bytes).fields, 0, bytes.length)
  }
})

test('leaves and rows hold every byte once', () => {
  for (const name of files.map((file) => file.name)) {
    for (const { bytes, format } of bytesOf(name)) {
      const parts = leaves(layOutFormat(format, bytes).fields, bytes.length)
      expect(parts.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(bytes.length)
      const shown = rows(bytes, parts).flatMap((row) => row.runs.flatMap((run) => [...run.bytes]))
      expect(Uint8Array.from(shown)).toEqual(Uint8Array.from(bytes))
    }
  }
})

function inOrder(fields: readonly Field[], start: number, end: number): void {
  let at = start
  for (const field of fields) {
    expect(field.start).toBeGreaterThanOrEqual(at)
    expect(field.end).toBeLessThanOrEqual(end)
    inOrder(field.fields, field.start, field.end)
    at = field.end
  }
}
