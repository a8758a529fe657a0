// Light, dark, or as the system has it.
import { effect, type Signal, signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'

export const THEMES: readonly Theme[] = ['auto', 'light', 'dark']

const ENTRY = 'snek-theme'

export const theme: Signal<Theme> = signal(readTheme())

/** Counts up whenever the colours may have changed, for whatever paints on a canvas. */
export const paint: Signal<number> = signal(0)

export function startTheme(): void {
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
    paint.value = paint.peek() + 1
    keepTheme(theme.value)
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    paint.value += 1
  })
}

function readTheme(): Theme {
  try {
    return THEMES.find((known) => known === localStorage.getItem(ENTRY)) ?? 'auto'
  } catch {
    return 'auto' // storage may be forbidden: the choice lasts as long as the page then
  }
}

function keepTheme(value: Theme): void {
  try {
    localStorage.setItem(ENTRY, value)
  } catch {
    // as above
  }
}
