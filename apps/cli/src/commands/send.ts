import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Key } from '@snek/wire'
import { CommandError } from '../exit.ts'
import { formatBytes, formatDuration, formatRate } from '../format.ts'
import { type NetworkOptions, openNetwork } from '../network.ts'
import { emit, note, say } from '../output.ts'
import { Progress } from '../progress.ts'
import { reach } from '../reach.ts'
import { onStop } from '../signals.ts'
import { systemReason } from '../system-reason.ts'
import { sendBytes } from '../transfer.ts'

interface SendOptions extends NetworkOptions {
  readonly protocol: string
  /** Milliseconds. */
  readonly timeout: number
  readonly json?: true
}

export async function send(key: Key, file: string | undefined, options: SendOptions): Promise<void> {
  using stop = onStop()
  await using source = await openSource(file)
  await using opened = await openNetwork(options)
  const stream = await reach(key, opened, options.timeout, stop.signal, (signal) =>
    opened.network.open(key, options.protocol, { signal }),
  )
  if (options.json) emit({ event: 'connected', key: key.toString(), protocol: options.protocol })
  const progress = new Progress(source.name, source.size, process.stderr.isTTY === true && !source.isTyped)
  const sent = await sendBytes(stream, source.bytes, progress, stop.signal).finally(() => progress.end())
  const milliseconds = progress.elapsed
  if (options.json) return emit({ event: 'sent', key: key.toString(), ...sent, ms: Math.round(milliseconds) })
  const rate = formatRate(sent.bytes, milliseconds)
  say(
    `sent ${formatBytes(sent.bytes)} (${sent.bytes} bytes) to ${key.short()} in ${formatDuration(milliseconds)}, ${rate}`,
  )
  say(`sha256 ${sent.sha256}, as received`)
}

interface Source extends AsyncDisposable {
  readonly name: string
  /** In bytes, where it is known. */
  readonly size: number | undefined
  readonly bytes: AsyncIterable<Uint8Array>
  /** Comes from the keyboard: a progress would be in its way. */
  readonly isTyped: boolean
}

/** Bytes read at a time. */
const READ_LENGTH = 256 * 1024

async function openSource(file: string | undefined): Promise<Source> {
  if (file === undefined) {
    const isTyped = process.stdin.isTTY === true
    if (isTyped) note('Reading what you type; Ctrl-D ends it.')
    const close = async (): Promise<void> => void process.stdin.destroy()
    return { name: 'stdin', size: undefined, bytes: process.stdin, isTyped, [Symbol.asyncDispose]: close }
  }
  const handle = await open(file).catch((error: unknown) => {
    const reason = systemReason(error, { ENOENT: 'there is no such file' })
    throw new CommandError('file-unreadable', `can't read ${file}: ${reason}`)
  })
  const stats = await handle.stat()
  if (stats.isDirectory()) {
    await handle.close()
    throw new CommandError(
      'file-unreadable',
      `${file} is a directory: pack it, e.g. tar c ${file} | snek send KEY`,
    )
  }
  const bytes = handle.createReadStream({ highWaterMark: READ_LENGTH, autoClose: false })
  const close = async (): Promise<void> => {
    bytes.destroy()
    await handle.close()
  }
  return {
    name: basename(file),
    size: stats.isFile() ? stats.size : undefined,
    bytes,
    isTyped: false,
    [Symbol.asyncDispose]: close,
  }
}
