import type { JSX } from 'preact'
import { THEMES, type Theme, theme } from './theme.ts'

const LABELS: Readonly<Record<Theme, string>> = { auto: 'Auto', light: 'Light', dark: 'Dark' }

export function ThemeChoice(): JSX.Element {
  return (
    <fieldset class="chips" aria-label="Colours">
      {THEMES.map((choice) => (
        <button
          key={choice}
          type="button"
          aria-pressed={theme.value === choice}
          onClick={() => {
            theme.value = choice
          }}
        >
          {LABELS[choice]}
        </button>
      ))}
    </fieldset>
  )
}
