import type { PeerStream } from '@snek/node'
import { type Destination, fileDestination, stdoutDestination } from '../destination.ts'
import { DONE, type ExitCode, FAILED, reportFailure, UsageError } from '../exit.ts'
import { formatBytes, formatDuration, formatRate } from '../format.ts'
import { type NetworkOptions, type OpenNetwork, openNetwork } from '../network.ts'
import { emit, note } from '../output.ts'
import { Progress } from '../progress.ts'
import { onStop } from '../signals.ts'
import { receiveBytes } from '../transfer.ts'

interface ReceiveOptions extends NetworkOptions {
  readonly protocol: string
  readonly out?: string
  readonly once?: true
  readonly json?: true
}

export async function receive(options: ReceiveOptions): Promise<ExitCode> {
  if (options.json && options.out === undefined) {
    throw new UsageError('--json needs --out FILE: without it the received bytes go to stdout')
  }
  const destination = options.out === undefined ? stdoutDestination : fileDestination(options.out)
  using stop = onStop()
  await destination.check()
  await using opened = await openNetwork(options)
  await using incoming = await opened.network.listen(options.protocol)
  stop.signal.addEventListener('abort', () => void incoming.close())
  announce(opened, options)
  let outcome: ExitCode = options.once ? FAILED : DONE
  for await (const stream of incoming) {
    outcome = await receiveOne(stream, destination, options, stop.signal)
    if (options.once || stop.signal.aborted) return outcome
  }
  if (options.once) throw stop.signal.reason
  return outcome
}

/** Receives a stream whole, or reports why not and leaves nothing behind. */
async function receiveOne(
  stream: PeerStream,
  destination: Destination,
  options: ReceiveOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const key = stream.remoteKey.toString()
  if (options.json) emit({ event: 'receiving', key })
  const progress = new Progress(
    options.out ?? `from ${stream.remoteKey.short()}`,
    undefined,
    showsProgress(options),
  )
  try {
    const received = await receiveBytes(stream, await destination.begin(), progress, signal)
    progress.end()
    const milliseconds = progress.elapsed
    if (options.json) {
      emit({ event: 'received', key, ...received, file: options.out, ms: Math.round(milliseconds) })
      return DONE
    }
    const rate = formatRate(received.bytes, milliseconds)
    note(
      `received ${formatBytes(received.bytes)} (${received.bytes} bytes) from ${stream.remoteKey.short()} in ${formatDuration(milliseconds)}, ${rate}`,
    )
    note(`sha256 ${received.sha256}`)
    return DONE
  } catch (error) {
    progress.end()
    await stream.close(error as Error)
    return reportFailure(error, options.json === true)
  }
}

/** Progress and received text would write over each other. */
function showsProgress({ out }: ReceiveOptions): boolean {
  return process.stderr.isTTY === true && (out !== undefined || !process.stdout.isTTY)
}

function announce({ network, own }: OpenNetwork, { protocol, json }: ReceiveOptions): void {
  const key = network.key.toString()
  const listen = own?.listening ?? []
  if (json) return emit({ event: 'ready', key, protocol, listen })
  const option = protocol === 'file' ? '' : ` --protocol ${protocol}`
  note(`Waiting for: snek send ${key} FILE${option}`)
  for (const uri of listen) note(`Peers can reach this node at ${uri}`)
}
