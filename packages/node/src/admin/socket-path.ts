// Where the admin socket is, and how it is taken so that only its owner can speak to it.
import type { Stats } from 'node:fs'
import { lstat, mkdir, rm } from 'node:fs/promises'
import { createConnection, type Server } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { AdminError } from './errors.ts'

/**
 * The user's socket path: in `$XDG_RUNTIME_DIR`, else in a directory under the temp dir that belongs to the
 * user alone. Throws `admin-path-unusable` if that directory is somebody else's.
 */
export async function defaultAdminPath(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const runtime = environment['XDG_RUNTIME_DIR']
  if (runtime && (await isOwnDirectory(runtime))) return join(runtime, 'snek.sock')
  const directory = join(tmpdir(), `snek-${userInfo().uid}`)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if (await isOwnDirectory(directory)) return join(directory, 'snek.sock')
  throw new AdminError(
    'admin-path-unusable',
    `${directory} isn't a directory of yours alone: remove it, or name a socket with --admin PATH`,
  )
}

async function isOwnDirectory(path: string): Promise<boolean> {
  const stats = await statOf(path)
  return stats?.isDirectory() === true && stats.uid === userInfo().uid && (stats.mode & 0o077) === 0
}

/**
 * Listens at `path`, mode 0600 from the first moment. Replaces the socket of a process that is gone; throws
 * `admin-in-use` for a live one and `admin-path-unusable` for anything else that is there.
 */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  await removeStaleSocket(path)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(unusable(path, cause)))
    server.once('listening', resolve)
    // The socket file is made within this call, so the mask reaches nothing else.
    const mask = process.umask(0o177)
    try {
      server.listen(path)
    } finally {
      process.umask(mask)
    }
  })
}

async function removeStaleSocket(path: string): Promise<void> {
  const stats = await statOf(path)
  if (stats === undefined) {
    if (await statOf(dirname(path))) return
    throw new AdminError('admin-path-unusable', `can't use ${path} as admin socket: no such directory`)
  }
  if (!stats.isSocket()) {
    throw new AdminError(
      'admin-path-unusable',
      `${path} is there and is no socket: choose another --admin PATH`,
    )
  }
  if (await answers(path)) {
    throw new AdminError(
      'admin-in-use',
      `a node is running at ${path} already: stop it, or give this one a socket of its own with --admin PATH`,
    )
  }
  await rm(path, { force: true })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ECONNREFUSED' || cause.code === 'ENOENT') resolve(false)
      else reject(unusable(path, cause))
    })
  })
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unusable(path, error as NodeJS.ErrnoException)
  }
}

function unusable(path: string, cause: NodeJS.ErrnoException): AdminError {
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    ENOTDIR: 'its directory is a file',
    EINVAL: 'the path is too long for a socket',
    EADDRINUSE: 'something is listening there',
  }
  const reason = reasons[cause.code ?? ''] ?? cause.message
  return new AdminError('admin-path-unusable', `can't use ${path} as admin socket: ${reason}`, { cause })
}
