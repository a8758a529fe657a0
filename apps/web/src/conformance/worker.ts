// Runs test vectors with the same code as a node, off the page's thread.
import { type CaseResult, type Implementation, loadImplementations, runVectors } from '@snek/conformance'
import type { RunReport, RunRequest } from './messages.ts'

/** Results that are reported together. */
const BATCH = 32

const loading = loadImplementations()

addEventListener('message', ({ data }: MessageEvent<RunRequest>) => {
  void loading.then(
    (implementations) => run(data, implementations),
    (error: unknown) => report({ kind: 'unable', reason: String(error) }),
  )
})

function run({ id, name, text }: RunRequest, implementations: readonly Implementation[]): void {
  let results: CaseResult[] = []
  for (const result of runVectors([{ name, text }], implementations)) {
    results.push(result)
    if (results.length < BATCH) continue
    report({ kind: 'results', id, results })
    results = []
  }
  report({ kind: 'results', id, results })
  report({ kind: 'done', id })
}

function report(message: RunReport): void {
  postMessage(message)
}
