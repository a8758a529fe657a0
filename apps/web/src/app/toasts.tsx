// Short messages at the edge of the page: what happened, in words.
import { type Signal, signal } from '@preact/signals'
import type { JSX } from 'preact'
import { Icon } from '../ui/icon.tsx'

interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'bad'
}

/** More would hide the page. */
const SHOWN = 4
/** Milliseconds; bad news stays until it is put away. */
const LIFETIME = 5000

const toasts: Signal<readonly Toast[]> = signal([])
let lastId = 0

export function say(text: string): void {
  setTimeout(dismiss, LIFETIME, add(text, 'plain'))
}

export function complain(text: string): void {
  add(text, 'bad')
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, tone }) => (
        <div key={id} class={`toast ${tone}`}>
          <p>{text}</p>
          <button
            type="button"
            class="button quiet icon compact"
            aria-label="Dismiss"
            onClick={() => dismiss(id)}
          >
            <Icon name="cross" size={16} />
          </button>
        </div>
      ))}
    </div>
  )
}

function add(text: string, tone: Toast['tone']): number {
  lastId += 1
  toasts.value = [...toasts.value.filter((toast) => toast.text !== text), { id: lastId, text, tone }].slice(
    -SHOWN,
  )
  return lastId
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}
