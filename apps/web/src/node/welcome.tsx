// Before there is a node, or where there can't be one.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { attempt } from '../ui/attempt.ts'
import { ask } from './client.ts'
import { ImportDialog } from './identity-dialogs.tsx'
import { loadSuggestions } from './suggestions.ts'

export function Welcome(): JSX.Element {
  const [starting, setStarting] = useState(false)
  const [importing, setImporting] = useState(false)
  const start = async (): Promise<void> => {
    setStarting(true)
    await attempt(async () => {
      await ask('createIdentity')
      const { peers } = await loadSuggestions()
      for (const uri of peers) await ask('addPeer', uri)
    })
    setStarting(false)
  }
  return (
    <section class="welcome">
      <img src="./icon.svg" alt="" width="72" height="72" />
      <h1>A network in which a key is an address</h1>
      <p class="muted">
        This page can be a node: reachable by its key from anywhere, encrypted end to end, and a relay for
        others while it is open. Nothing is registered anywhere.
      </p>
      <button type="button" class="button primary large" disabled={starting} onClick={() => void start()}>
        {starting ? 'Starting …' : 'Start a node'}
      </button>
      <button type="button" class="button quiet" onClick={() => setImporting(true)}>
        I have a key already
      </button>
      {importing ? <ImportDialog onClose={() => setImporting(false)} /> : null}
    </section>
  )
}

export function Obstacle({ problem }: { problem: string }): JSX.Element {
  return (
    <section class="welcome">
      <h1>No node here</h1>
      <p class="notice warn" role="alert">
        {problem}
      </p>
      <p class="muted">The conformance tests run all the same.</p>
    </section>
  )
}

export function Damaged({ problem }: { problem: string }): JSX.Element {
  const [importing, setImporting] = useState(false)
  return (
    <section class="welcome">
      <h1>The key can’t be read</h1>
      <p class="notice bad" role="alert">
        {problem}
      </p>
      <p class="muted">
        Contacts, messages and files are still there. What was stored of the key is put aside, not erased.
      </p>
      <div class="row">
        <button type="button" class="button primary" onClick={() => setImporting(true)}>
          Import a key
        </button>
        <button type="button" class="button" onClick={() => void attempt(() => ask('createIdentity'))}>
          Start anew
        </button>
      </div>
      {importing ? <ImportDialog onClose={() => setImporting(false)} /> : null}
    </section>
  )
}

export function Failed({ problem }: { problem: string }): JSX.Element {
  return (
    <section class="welcome">
      <h1>The node didn’t start</h1>
      <p class="notice bad" role="alert">
        {problem}
      </p>
      <button type="button" class="button" onClick={() => location.reload()}>
        Load the page again
      </button>
    </section>
  )
}
