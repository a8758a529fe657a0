import { readdirSync, readFileSync } from 'node:fs'
import type { VectorFile } from '../src/index.ts'

const DIRECTORY = new URL('../../../test-vectors/', import.meta.url)

/** All files of test-vectors/. */
export const files: VectorFile[] = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, text: readFileSync(new URL(name, DIRECTORY), 'utf8') }))

export type Case = Record<string, unknown>

export function casesOf(name: string): Case[] {
  return JSON.parse(files.find((file) => file.name === name)?.text ?? '[]')
}
