// The packages as users get them: packed by npm and unpacked elsewhere. What else they depend on comes from this
// repository's node_modules, so that no registry is asked.
import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const execute = promisify(execFile)

export interface Manifest {
  readonly name: string
  readonly exports: { readonly [path: string]: unknown }
  readonly dependencies?: { readonly [name: string]: string }
}

/** Unpacks every package that is published into `directory`'s node_modules; gives their manifests. */
export async function installPacked(directory: string): Promise<Manifest[]> {
  const names = (await npm<{ name: string }>('query', '.workspace:not([private])')).map(({ name }) => name)
  const packed = await npm<{ name: string; filename: string }>(
    ...['pack', '--json', '--ignore-scripts', '--pack-destination', directory],
    ...names.flatMap((name) => ['--workspace', name]),
  )
  const manifests = await Promise.all(
    packed.map(({ name, filename }) => unpack(join(directory, filename), placeOf(directory, name))),
  )
  const needed = new Set(manifests.flatMap(({ dependencies = {} }) => Object.keys(dependencies)))
  needed.add('@types/node')
  for (const name of needed) if (!names.includes(name)) await link(name, directory)
  return manifests
}

/** Runs the machine's own Node, not the later one that comes with this repository; gives what it says. */
export async function runOwnNode(directory: string, ...args: readonly string[]): Promise<string> {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((place) => !place.includes('node_modules'))
  const env = { ...process.env, PATH: path.join(delimiter) }
  return (await execute('node', args, { cwd: directory, env })).stdout
}

/** Runs a program of the repository in `directory`; gives what it says. Rejects if it fails. */
export async function runTool(directory: string, name: string, ...args: readonly string[]): Promise<string> {
  return (await execute(join(ROOT, 'node_modules/.bin', name), args, { cwd: directory })).stdout
}

async function npm<T>(...args: readonly string[]): Promise<T[]> {
  const { stdout } = await execute('npm', args, { cwd: ROOT, maxBuffer: 16 * 1024 * 1024 })
  return Object.values(JSON.parse(stdout) as { [key: string]: T })
}

async function unpack(archive: string, place: string): Promise<Manifest> {
  await mkdir(place, { recursive: true })
  await execute('tar', ['-xzf', archive, '-C', place, '--strip-components=1'])
  return JSON.parse(await readFile(join(place, 'package.json'), 'utf8')) as Manifest
}

async function link(name: string, directory: string): Promise<void> {
  await mkdir(dirname(placeOf(directory, name)), { recursive: true })
  await symlink(placeOf(ROOT, name), placeOf(directory, name))
}

function placeOf(directory: string, name: string): string {
  return join(directory, 'node_modules', name)
}
