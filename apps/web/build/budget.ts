// How much the page weighs: what a browser gets in all, gzipped.
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** In bytes. */
export const BUDGET = 1_000_000

/** Bytes by the kind of file, gzipped. */
export async function weigh(directory: string): Promise<ReadonlyMap<string, number>> {
  const weights = new Map<string, number>()
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const bytes = gzipSync(await readFile(join(entry.parentPath, entry.name)), { level: 9 }).length
    const kind = entry.parentPath.endsWith('vectors') ? 'test vectors' : extname(entry.name)
    weights.set(kind, (weights.get(kind) ?? 0) + bytes)
  }
  return weights
}
