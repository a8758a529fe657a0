// Where received bytes go: stdout, or a file that appears under its name once it is complete.
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { CommandError } from './exit.ts'
import { systemReason } from './system-reason.ts'
import type { Sink } from './transfer.ts'

const MORE_REASONS = { ENOENT: 'there is no such directory', ENOTDIR: 'its directory is a file' }

export interface Destination {
  /** Throws if nothing can be written there: better known before anything is sent. */
  check(): Promise<void>
  /** One transfer. */
  begin(): Promise<Sink>
}

export function fileDestination(path: string): Destination {
  return {
    check: async () => {
      const stats = await lstat(path).catch(() => undefined)
      if (stats !== undefined && !stats.isFile()) {
        throw new CommandError('file-unwritable', `${path} is no regular file: choose another --out FILE`)
      }
      await (await beginFile(path)).abandon()
    },
    begin: () => beginFile(path),
  }
}

export const stdoutDestination: Destination = {
  check: async () => undefined,
  begin: async () => ({
    write: (chunk) =>
      new Promise((resolve, reject) => {
        process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()))
      }),
    commit: async () => undefined,
    abandon: async () => undefined,
  }),
}

async function beginFile(path: string): Promise<Sink> {
  const partial = `${path}.${process.pid}.part`
  const refuse = (error: unknown): never => {
    throw new CommandError('file-unwritable', `can't write ${path}: ${systemReason(error, MORE_REASONS)}`)
  }
  const handle = await open(partial, 'wx').catch(refuse)
  return {
    write: (chunk) => writeAll(handle, chunk).catch(refuse),
    commit: async () => {
      await handle.close().catch(refuse)
      await rename(partial, path).catch(refuse)
    },
    abandon: async () => {
      await handle.close().catch(refuse)
      await rm(partial, { force: true })
    },
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, offset)
    offset += bytesWritten
  }
}
