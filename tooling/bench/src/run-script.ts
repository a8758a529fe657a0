import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Runs one of the scripts here in a process of its own, and returns what it prints. */
export async function runScript<T>(name: string): Promise<T> {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@snek/source', script])
  return JSON.parse(stdout) as T
}
