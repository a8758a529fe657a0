// What others get who fetch `http://OUR-KEY/`.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { say } from '../app/toasts.tsx'
import { attempt } from '../ui/attempt.ts'
import { ask } from './client.ts'
import type { NodeStatus } from './protocol.ts'

export function PageCard({ node }: { node: NodeStatus }): JSX.Element {
  const [draft, setDraft] = useState<string | undefined>()
  const text = draft ?? node.page
  const publish = async (): Promise<void> => {
    const published = await attempt(() => ask('setPage', text))
    if (!published) return
    setDraft(undefined)
    say(text === '' ? 'Your page was taken down.' : 'Your page is published for as long as this one is open.')
  }
  return (
    <section class="card" aria-labelledby="page">
      <header>
        <h2 id="page">Your page</h2>
        {node.page === '' ? (
          <span class="badge">not published</span>
        ) : (
          <span class="badge good">published</span>
        )}
      </header>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void publish()
        }}
      >
        <p class="muted" id="page-hint">
          Text or HTML that others see when they browse to your key.
        </p>
        <textarea
          class="input"
          rows={4}
          aria-labelledby="page"
          aria-describedby="page-hint"
          value={text}
          onInput={({ currentTarget }) => setDraft(currentTarget.value)}
        />
        <div class="row">
          <button type="submit" class="button" disabled={draft === undefined || draft === node.page}>
            {text === '' && node.page !== '' ? 'Take down' : 'Publish'}
          </button>
        </div>
      </form>
    </section>
  )
}
