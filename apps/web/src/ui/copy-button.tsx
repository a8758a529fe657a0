import type { JSX } from 'preact'
import { complain, say } from '../app/toasts.tsx'
import { Icon } from './icon.tsx'

export function CopyButton({ text, label }: { text: string; label: string }): JSX.Element {
  return (
    <button
      type="button"
      class="button quiet icon compact"
      aria-label={label}
      title={label}
      onClick={() => void copy(text)}
    >
      <Icon name="copy" size={16} />
    </button>
  )
}

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    say('Copied.')
  } catch {
    complain('The browser didn’t let the page copy: select the text and copy it yourself.')
  }
}
