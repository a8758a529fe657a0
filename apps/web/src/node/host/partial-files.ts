// Files that arrive, in the browser's private file system: a part of one is still there after a break.
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeHex } from '@snek/wire'
import { HostError } from './errors.ts'

const DIRECTORY = 'received'
/** Read at a time, in bytes. */
const PIECE = 1024 * 1024

/** What is written to, and must be closed: nobody else can open the file until then. */
interface AccessHandle {
  getSize(): number
  read(buffer: Uint8Array, options: { at: number }): number
  write(buffer: Uint8Array, options: { at: number }): number
  flush(): void
  close(): void
}

export class PartialFile {
  readonly #handle: AccessHandle
  #hash = sha256.create()
  #length = 0

  private constructor(handle: AccessHandle) {
    this.#handle = handle
  }

  /** Opens the part that is there, or an empty one. */
  static async open(id: string): Promise<PartialFile> {
    const directory = await received()
    const file = await directory.getFileHandle(id, { create: true })
    const open = (file as { createSyncAccessHandle?(): Promise<AccessHandle> }).createSyncAccessHandle
    if (open === undefined) throw new HostError('no-files', 'This browser can’t keep files for a page.')
    const partial = new PartialFile(await open.call(file))
    partial.#hashWhatIsThere()
    return partial
  }

  /** In bytes. */
  get length(): number {
    return this.#length
  }

  /** Throws what the browser throws if there is no room. */
  append(chunk: Uint8Array): void {
    const written = this.#handle.write(chunk, { at: this.#length })
    if (written < chunk.length) throw new DOMException('no room', 'QuotaExceededError')
    this.#hash.update(chunk)
    this.#length += chunk.length
  }

  /** The SHA-256 of all of it, as hex. */
  digest(): string {
    return encodeHex(this.#hash.clone().digest())
  }

  close(): void {
    this.#handle.flush()
    this.#handle.close()
  }

  #hashWhatIsThere(): void {
    const size = this.#handle.getSize()
    const piece = new Uint8Array(PIECE)
    while (this.#length < size) {
      const count = this.#handle.read(piece, { at: this.#length })
      if (count === 0) break
      this.#hash.update(piece.subarray(0, count))
      this.#length += count
    }
  }
}

export async function readReceived(id: string, name: string): Promise<File> {
  const directory = await received()
  const handle = await directory.getFileHandle(id)
  return new File([await handle.getFile()], name)
}

export async function removeReceived(id: string): Promise<void> {
  const directory = await received()
  await directory.removeEntry(id).catch((error: unknown) => {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error
  })
}

/** Whether there is room for so many bytes more, as far as the browser says. */
export async function hasRoom(bytes: number): Promise<boolean> {
  const { quota, usage } = await navigator.storage.estimate()
  return quota === undefined || usage === undefined || quota - usage > bytes
}

async function received(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  return root.getDirectoryHandle(DIRECTORY, { create: true })
}
