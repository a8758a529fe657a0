// Identities in files: the seed as 64 hex digits and a newline, for the owner's eyes only.
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { type Logger, silentLogger } from '@snek/platform'
import { decodeHex, encodeHex } from '@snek/wire'
import { IdentityError, type IdentityErrorCode } from './errors.ts'
import { createIdentity, type Identity, SEED_LENGTH } from './identity.ts'

const OWNER_ONLY = 0o600
const OTHERS = 0o077

/** A key file is shorter, in bytes; of one that isn't, no more is read. */
const READ_LIMIT = 1024

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'a part of the path is no directory',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'it exists, and is never overwritten; choose another name',
}

export interface LoadOptions {
  /** Told of a key file that others than its owner may read. */
  logger?: Logger
}

/**
 * The identity in a file. Rejects with an IdentityError `key-file-missing`, `key-file-unreadable` or
 * `key-file-malformed`. That others may read the file is a warning in the log.
 */
export async function loadIdentity(path: string, options: LoadOptions = {}): Promise<Identity> {
  const { logger = silentLogger } = options
  const refused = refuse('read', path, { ENOENT: 'key-file-missing' }, 'key-file-unreadable')
  const { text, mode } = await readKeyFile(path).catch(refused)
  const seed = text.length < READ_LIMIT ? decodeHex(text.trim()) : undefined
  if (seed?.length !== SEED_LENGTH) {
    throw new IdentityError('key-file-malformed', `${path} is no key file: it should hold 64 hex digits`)
  }
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
    logger.log('warn', 'others may read the key file; mend it with chmod 600', { path })
  }
  return createIdentity({ seed })
}

/**
 * Writes the seed into a new file that only its owner may read. Rejects with an IdentityError
 * `key-file-exists` (nothing is ever overwritten) or `key-file-unwritable`.
 */
export async function saveIdentity(path: string, identity: Identity): Promise<void> {
  const refused = refuse('write', path, { EEXIST: 'key-file-exists' }, 'key-file-unwritable')
  const file = await open(path, 'wx', OWNER_ONLY).catch(refused)
  try {
    await file.writeFile(`${encodeHex(identity.seed)}\n`)
    await file.sync()
  } catch (error) {
    await unlink(path)
    refused(error)
  } finally {
    await file.close()
  }
}

/** The identity in a file, which is made with a new one if there is no file. Rejects as the other two do. */
export async function loadOrCreateIdentity(path: string, options: LoadOptions = {}): Promise<Identity> {
  try {
    return await loadIdentity(path, options)
  } catch (error) {
    if (!(error instanceof IdentityError && error.code === 'key-file-missing')) throw error
  }
  const identity = createIdentity()
  await saveIdentity(path, identity)
  return identity
}

async function readKeyFile(path: string): Promise<{ text: string; mode: number }> {
  const file = await open(path)
  try {
    const { mode } = await file.stat()
    return { text: await readStart(file), mode }
  } finally {
    await file.close()
  }
}

/** From a pipe it may come in pieces. */
async function readStart(file: FileHandle): Promise<string> {
  const bytes = new Uint8Array(READ_LIMIT)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(bytes, { offset: length })
    length += bytesRead
    if (bytesRead === 0 || length === READ_LIMIT) return String.fromCharCode(...bytes.subarray(0, length))
  }
}

/** Turns an error of the file system into ours: one line that says what couldn't be done and why. */
function refuse(
  verb: string,
  path: string,
  known: Readonly<Record<string, IdentityErrorCode>>,
  other: IdentityErrorCode,
): (error: unknown) => never {
  return (error) => {
    const { code = '', message } = error as NodeJS.ErrnoException
    const reason = REASONS[code] ?? message
    throw new IdentityError(known[code] ?? other, `can't ${verb} the key file ${path}: ${reason}`, {
      cause: error,
    })
  }
}
