// What was measured: one table, with ratios to the plain pipe and to the last saved run.
import { readFile, writeFile } from 'node:fs/promises'
import { arch, cpus, loadavg } from 'node:os'

export interface Measurement {
  /** The same from run to run. */
  readonly name: string
  readonly value: number
  readonly unit: string
  /** How much of the plain pipe's, in the same run. */
  readonly toPipe?: number
  /** The spread of several runs, of which `value` is one. */
  readonly least?: number
  readonly most?: number
}

interface SavedRun {
  readonly date: string
  readonly machine: string
  /** The machine's load at the end, over a minute. */
  readonly load: number
  readonly values: Readonly<Record<string, number>>
}

const SAVED = new URL('../saved.json', import.meta.url)

export async function printReport(measurements: readonly Measurement[]): Promise<void> {
  const saved = await savedRun()
  const rows = measurements.map(({ name, value, unit, toPipe, least, most }) => {
    const before = saved?.values[name]
    const range = least === undefined || most === undefined ? '' : `${number(least)} – ${number(most)}`
    return [name, number(value), unit, range, percent(toPipe), before ? ratio(value / before) : '']
  })
  const heads = ['what', 'value', 'unit', 'spread', 'of the pipe', 'to the saved run']
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  for (const row of [heads, ...rows]) {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 || column === 2 ? cell.padEnd(width) : cell.padStart(width)
    })
    console.log(cells.join('  ').trimEnd())
  }
  console.log(`\n${machine()}, load ${load()} at the end`)
  if (saved) console.log(`saved run: ${saved.date}, ${saved.machine}, load ${saved.load}`)
}

/** Measurements of the saved run that weren't made now stay. */
export async function save(measurements: readonly Measurement[]): Promise<void> {
  const values = { ...(await savedRun())?.values }
  for (const { name, value } of measurements) values[name] = Number(value.toPrecision(5))
  const run: SavedRun = { date: new Date().toISOString(), machine: machine(), load: load(), values }
  await writeFile(SAVED, `${JSON.stringify(run, undefined, 2)}\n`)
}

async function savedRun(): Promise<SavedRun | undefined> {
  try {
    return JSON.parse(await readFile(SAVED, 'utf8')) as SavedRun
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function machine(): string {
  const processors = cpus()
  return `${processors.length} × ${processors[0]?.model.trim()} (${arch()}), Node ${process.version}`
}

function load(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2))
}

function number(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return value.toPrecision(3)
}

function percent(share: number | undefined): string {
  return share === undefined ? '' : `${Math.round(share * 100)} %`
}

function ratio(value: number): string {
  return `${value.toFixed(2)} ×`
}
