// What a soak says while it runs, and at its end.
import { quantile, trendOf } from './checks.ts'
import type { Soak } from './main.ts'
import type { Holdings } from './probe.ts'

/** On a terminal, one line that changes; elsewhere, a line a minute. */
export class Progress {
  #minute = -1

  say(text: string): void {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${text} …`)
    else console.log(`${text} …`)
  }

  update(soak: Soak, elapsed: number): void {
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\x1b[2K${line(soak, elapsed)}`)
      return
    }
    const minute = Math.floor(elapsed / 60_000)
    if (minute === this.#minute) return
    this.#minute = minute
    console.log(line(soak, elapsed))
  }

  end(): void {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K')
  }
}

function line({ traffic, flapping, network, minutes }: Soak, elapsed: number): string {
  const down = network.edges.filter(({ link }) => !link.isUp).length
  return [
    `${duration(elapsed)} of ${minutes} min`,
    `${traffic.delivered} delivered`,
    `${traffic.failures.length} not`,
    `${flapping.cuts + flapping.stalls} links failed, ${down} of ${network.edges.length} now`,
  ].join(' · ')
}

/** `before` is what the nodes held before there was traffic, `took` how long that lasted, in ms. */
export async function summary(soak: Soak, before: readonly Holdings[], took: number): Promise<string> {
  const { network, traffic, flapping, samples } = soak
  const after = await Promise.all(network.nodes.map((node) => node.holdings()))
  const cpu = after.reduce((sum, { cpu }, index) => sum + cpu - (before[index]?.cpu ?? 0), 0)
  const times = [0.5, 0.99, 1].map((share) => `${quantile(traffic.times, share).toFixed(0)} ms`)
  const rows = network.nodes.map((node, index) => {
    const of = samples[index] ?? []
    const kept = trendOf(of.map(({ heap, external }) => heap + external))
    const rss = trendOf(of.map((sample) => sample.rss))
    const handles = (holdings: Holdings | undefined): number =>
      Object.values(holdings?.resources ?? {}).reduce((sum, count) => sum + count, 0)
    return [
      node.name,
      megabytes(kept.first),
      megabytes(kept.last),
      megabytes(rss.first),
      megabytes(rss.last),
      handles(before[index]),
      Math.max(0, ...of.map(handles)),
      handles(after[index]),
      after[index]?.descriptors ?? 0,
      node.logLines,
    ]
  })
  const head = ['', 'kept, MB', 'at the end', 'RSS, MB', 'at the end', 'handles', 'most', 'at the end']
  return [
    `${duration(took)}, ${network.nodes.length} nodes, ${network.edges.length} links`,
    `messages   ${traffic.delivered} delivered and answered (${megabytes(traffic.bytes)} MB), ${traffic.failures.length} not`,
    `pings      ${traffic.pings} answered; ${traffic.retries} times a session was lost, and another one took its place`,
    `round trip ${times[0]} median, ${times[1]} for 99 %, ${times[2]} at most, with what failed links cost`,
    `links      ${flapping.cuts} cut, ${flapping.stalls} stalled`,
    `CPU        ${((100 * cpu) / took).toFixed(0)} % of a core for all nodes`,
    '',
    table([[...head, 'descriptors', 'log lines'], ...rows]),
    '',
  ].join('\n')
}

function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => String(row[column]).length)),
  )
  return rows
    .map((row) => row.map((cell, column) => String(cell).padStart(widths[column] ?? 0)).join('  '))
    .join('\n')
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
