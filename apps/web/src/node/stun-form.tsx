// How browsers find ways to each other across the Internet.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { say } from '../app/toasts.tsx'
import { attempt } from '../ui/attempt.ts'
import { ask } from './client.ts'
import type { NodeStatus } from './protocol.ts'

export function StunForm({ node: { stunServers } }: { node: NodeStatus }): JSX.Element {
  const kept = stunServers.join(' ')
  const [draft, setDraft] = useState<string | undefined>()
  const text = draft ?? kept
  const keep = async (): Promise<void> => {
    if (!(await attempt(() => ask('setStunServers', text)))) return
    setDraft(undefined)
    say(
      text.trim() === ''
        ? 'No STUN server is asked any more.'
        : 'Kept: it is asked for the next direct link.',
    )
  }
  return (
    <details class="more">
      <summary>Direct links across the Internet</summary>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void keep()
        }}
      >
        <p class="muted" id="stun-hint">
          Within one network browsers find each other. Across the Internet they ask a STUN server which
          address they have, and it learns that address. None is asked unless you name one.
        </p>
        <div class="inline-form">
          <input
            class="input mono"
            aria-label="STUN servers"
            aria-describedby="stun-hint"
            placeholder="stun:stun.example:3478"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            value={text}
            onInput={({ currentTarget }) => setDraft(currentTarget.value)}
          />
          <button type="submit" class="button" disabled={text === kept}>
            Keep
          </button>
        </div>
      </form>
    </details>
  )
}
