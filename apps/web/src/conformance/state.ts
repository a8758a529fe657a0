// The files of test vectors, and what came of their cases.

import { VECTOR_FILES } from 'virtual:vectors'
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { CaseResult } from '@snek/conformance'
import type { RunReport, RunRequest } from './messages.ts'

export interface RunFile {
  /** Unlike any other's: its name, for the files that come with the page. */
  readonly id: string
  readonly name: string
  readonly text: string
  readonly added: boolean
  readonly done: boolean
  readonly results: readonly CaseResult[]
}

export interface Totals {
  readonly passed: number
  readonly failed: number
}

/** A vector file of 8 MiB holds thousands of cases. */
const LENGTH_LIMIT = 8 * 1024 * 1024
/** Files that were added, at most. */
const ADDED_LIMIT = 50

export const files: Signal<readonly RunFile[]> = signal([])

/** Why nothing can be run. */
export const trouble: Signal<string | undefined> = signal(undefined)

export const totals: ReadonlySignal<Totals> = computed(() => sum(files.value.flatMap((file) => file.results)))

export const finished: ReadonlySignal<boolean> = computed(
  () => files.value.length >= VECTOR_FILES.length && files.value.every((file) => file.done),
)

let worker: Worker | undefined
let started = false

/** Runs the files that come with the page, once. */
export function startRun(): void {
  if (started) return
  started = true
  void runAll()
}

/** Runs everything again, added files as well. */
export async function runAll(): Promise<void> {
  const added = files.value.filter((file) => file.added)
  worker?.terminate()
  worker = undefined
  trouble.value = undefined
  files.value = []
  try {
    for (const name of VECTOR_FILES) run(name, name, await load(name), false)
    for (const file of added) run(file.id, file.name, file.text, true)
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : String(error)
  }
}

/** Runs files that someone chose or dropped. Returns what is wrong with those that weren't taken. */
export async function addFiles(chosen: Iterable<File>): Promise<readonly string[]> {
  const refused: string[] = []
  for (const file of chosen) {
    if (files.value.filter((known) => known.added).length >= ADDED_LIMIT) {
      refused.push(`${file.name} was left out: ${ADDED_LIMIT} files were added already.`)
    } else if (file.size > LENGTH_LIMIT) {
      refused.push(`${file.name} is too long for a vector file (more than 8 MiB).`)
    } else {
      try {
        run(freeId(file.name), file.name, await file.text(), true)
      } catch {
        refused.push(`${file.name} can't be read: is it a folder, or gone?`)
      }
    }
  }
  return refused
}

export function sum(results: readonly CaseResult[]): Totals {
  const passed = results.filter((result) => result.passed).length
  return { passed, failed: results.length - passed }
}

async function load(name: string): Promise<string> {
  const response = await fetch(new URL(`vectors/${name}`, document.baseURI))
  if (!response.ok) throw new Error(`The server doesn't have ${name} (status ${response.status}).`)
  return response.text()
}

function run(id: string, name: string, text: string, added: boolean): void {
  files.value = [...files.value, { id, name, text, added, done: false, results: [] }]
  worker ??= startWorker()
  worker.postMessage({ id, name, text } satisfies RunRequest)
}

function startWorker(): Worker {
  const created = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  created.addEventListener('message', ({ data }: MessageEvent<RunReport>) => take(data))
  created.addEventListener('error', () => {
    trouble.value =
      'The code that runs the cases could not be loaded. Reload the page when the server is there.'
  })
  return created
}

function take(report: RunReport): void {
  if (report.kind === 'unable') {
    trouble.value = `The implementations could not be loaded: ${report.reason}`
    return
  }
  files.value = files.value.map((file) => {
    if (file.id !== report.id) return file
    return report.kind === 'done'
      ? { ...file, done: true }
      : { ...file, results: [...file.results, ...report.results] }
  })
}

function freeId(name: string): string {
  let id = `added ${name}`
  for (let count = 2; files.value.some((file) => file.id === id); count += 1) id = `added ${name} ${count}`
  return id
}
