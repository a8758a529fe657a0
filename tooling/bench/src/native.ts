// The native benchmarks, by criterion.
import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Measurement } from './report.ts'

const PACKAGE = fileURLToPath(new URL('../native/', import.meta.url))
const RESULTS = new URL('../native/target/criterion/', import.meta.url)

interface Benchmark {
  readonly full_id: string
  readonly throughput: { readonly Elements?: number } | null
}

interface Estimates {
  readonly median: { readonly point_estimate: number }
}

export async function native(): Promise<Measurement[]> {
  await cargoBench()
  const measurements: Measurement[] = []
  const files = await readdir(RESULTS, { recursive: true, withFileTypes: true })
  for (const { name, parentPath } of files) {
    if (name !== 'benchmark.json' || !parentPath.endsWith('/new')) continue
    const benchmark = await readJson<Benchmark>(`${parentPath}/benchmark.json`)
    const { median } = await readJson<Estimates>(`${parentPath}/estimates.json`)
    const each = benchmark.throughput?.Elements ?? 1
    measurements.push({
      name: `native: ${benchmark.full_id}`,
      value: median.point_estimate / each,
      unit: 'ns',
    })
  }
  return measurements.toSorted((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }))
}

function cargoBench(): Promise<void> {
  const cargo = spawn('cargo', ['bench', '--quiet', '--bench', 'forward'], {
    cwd: PACKAGE,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CARGO_TARGET_DIR: `${PACKAGE}target` },
  })
  return new Promise((resolve, reject) => {
    cargo.once('error', reject)
    cargo.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`cargo bench: ${code}`))))
  })
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T
}
