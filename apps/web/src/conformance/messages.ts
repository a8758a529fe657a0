// What the page and the worker that runs the cases say to each other.
import type { CaseResult } from '@snek/conformance'

/** Run a file; `id` tells it from others of the same name. */
export interface RunRequest {
  readonly id: string
  readonly name: string
  readonly text: string
}

export type RunReport =
  | { readonly kind: 'results'; readonly id: string; readonly results: readonly CaseResult[] }
  | { readonly kind: 'done'; readonly id: string }
  /** The implementations couldn't be loaded: nothing can be run. */
  | { readonly kind: 'unable'; readonly reason: string }
