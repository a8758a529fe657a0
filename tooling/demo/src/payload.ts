// The file that is sent: the one asked for, or something real from this repository.
import { execFile } from 'node:child_process'
import { glob, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Payload {
  readonly path: string
  /** For people: what it is. */
  readonly description: string
  /** In bytes. */
  readonly size: number
}

const LEAST_LENGTH = 10_000_000

/** The parts of the repository that are packed, in order. */
const PARTS = ['packages/*/wasm', 'packages/*/dist', 'test-vectors', 'packages/*/src', 'crates/*/src']

export async function choosePayload(
  file: string | undefined,
  root: string,
  directory: string,
): Promise<Payload> {
  if (file === undefined) return packRepository(root, directory)
  const stats = await stat(file).catch(({ message }: Error) => {
    throw new Error(`can't send ${file}: ${message}`)
  })
  if (!stats.isFile()) throw new Error(`can't send ${file}: it is no regular file`)
  return { path: file, description: 'the file that you named', size: stats.size }
}

/** Packs the parts with tar, as often over as it takes to have enough. */
async function packRepository(root: string, directory: string): Promise<Payload> {
  const parts: string[] = []
  for await (const part of glob(PARTS, { cwd: root })) parts.push(part)
  parts.sort()
  const path = join(directory, 'snek.tar')
  let size = 0
  let copies = 0
  while (size < LEAST_LENGTH) {
    copies++
    const repeated = Array.from({ length: copies }, () => parts).flat()
    await promisify(execFile)('tar', ['-c', '-f', path, '-C', root, '--hard-dereference', ...repeated])
    size = (await stat(path)).size
  }
  const times = copies === 1 ? '' : `, ${copies} times over`
  const description = `the built WASM and JavaScript, the test vectors and the sources, packed by tar${times}`
  return { path, description, size }
}
