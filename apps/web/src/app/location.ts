// Where one is in the page, in the URL's fragment: it works from any web server and any directory.
import { computed, type ReadonlySignal, signal } from '@preact/signals'

const fragment = signal(readFragment())

globalThis.addEventListener('hashchange', () => {
  fragment.value = readFragment()
})

/** `#/conformance/frames.json/3?q=x` → `['conformance', 'frames.json', '3']`. */
export const segments: ReadonlySignal<readonly string[]> = computed(() =>
  splitFragment(fragment.value).path.split('/').filter(Boolean).map(decode),
)

/** What follows the question mark in the fragment. */
export const parameters: ReadonlySignal<URLSearchParams> = computed(
  () => new URLSearchParams(splitFragment(fragment.value).query),
)

export function href(...path: readonly (string | number)[]): string {
  return `#/${path.map((part) => encodeURIComponent(part)).join('/')}`
}

export function go(...path: readonly (string | number)[]): void {
  location.hash = href(...path)
}

/** As `go`, without a step to go back to. */
export function replace(...path: readonly (string | number)[]): void {
  history.replaceState(null, '', href(...path))
  fragment.value = readFragment()
}

function readFragment(): string {
  return globalThis.location.hash.replace(/^#/, '')
}

function splitFragment(text: string): { path: string; query: string } {
  const at = text.indexOf('?')
  return at === -1 ? { path: text, query: '' } : { path: text.slice(0, at), query: text.slice(at + 1) }
}

/** A fragment is whatever someone wrote into a link. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
