import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import encodeQR from 'qr'
import { say } from '../app/toasts.tsx'
import { attempt } from '../ui/attempt.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { download } from '../ui/download.ts'
import { ask, status } from './client.ts'
import { contactLink } from './names.ts'

interface CloseProps {
  readonly onClose: () => void
}

/** A link and its QR code, for others to add this node. */
export function ShareDialog({ onClose }: CloseProps): JSX.Element {
  const { key = '', peers = [] } = status.value ?? {}
  const link = contactLink(key, peers.find((peer) => peer.state === 'connected')?.uri)
  return (
    <Dialog title="Add me" onClose={onClose}>
      <div class="share">
        <QrCode text={link} />
        <p>Whoever opens this link can add you as a contact.</p>
        <div class="key-line">
          <code class="wrap">{link}</code>
          <CopyButton text={link} label="Copy the link" />
        </div>
      </div>
    </Dialog>
  )
}

function QrCode({ text }: { text: string }): JSX.Element {
  const { path, size } = useMemo(() => {
    const modules = encodeQR(text, 'raw', { ecc: 'low', border: 2 })
    const dark = modules.flatMap((row, y) =>
      row.flatMap((filled, x) => (filled ? [`M${x} ${y}h1v1h-1z`] : [])),
    )
    return { path: dark.join(''), size: modules.length }
  }, [text])
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code of the link"
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}

export function ImportDialog({ onClose }: CloseProps): JSX.Element {
  const [text, setText] = useState('')
  const submit = async (): Promise<void> => {
    if (await attempt(() => ask('importIdentity', text))) onClose()
  }
  return (
    <Dialog title="Import a key" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <p class="muted">
          A key file holds 64 hex digits: one that this page exported, or that <code>snek keygen</code> made.
          One key must not run in two places at once.
        </p>
        <div class="field">
          <label for="seed">Key file’s content</label>
          <input
            id="seed"
            class="input mono"
            type="password"
            autocomplete="off"
            required
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </div>
        <div class="field">
          <label for="seed-file">Or the file</label>
          <input
            id="seed-file"
            type="file"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? []
              if (file !== undefined)
                void attempt(async () => setText((await file.slice(0, 1024).text()).trim()))
            }}
          />
        </div>
        <footer>
          <button type="submit" class="button primary">
            Import
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

export function ExportDialog({ onClose }: CloseProps): JSX.Element {
  const save = async (): Promise<void> => {
    const seed = await ask('exportIdentity')
    download(
      new Blob([`${seed}\n`], { type: 'text/plain' }),
      `snek-${status.value?.key?.slice(0, 8) ?? ''}.key`,
    )
    say('The key was saved as a file.')
    onClose()
  }
  return (
    <Dialog title="Export the key" onClose={onClose}>
      <p>
        Whoever has this file <strong>is</strong> this node. Keep it where you keep passwords; it works here
        and with <code>snek up --key</code>.
      </p>
      <footer>
        <button type="button" class="button primary" onClick={() => void attempt(save)}>
          Save the key file
        </button>
      </footer>
    </Dialog>
  )
}

export function ForgetDialog({ onClose }: CloseProps): JSX.Element {
  const [sure, setSure] = useState(false)
  const forget = async (): Promise<void> => {
    if (await attempt(() => ask('forgetIdentity'))) onClose()
  }
  return (
    <Dialog title="Forget the key" onClose={onClose}>
      <div class="stack">
        <p>
          The node stops, and this browser erases its key. Unless you exported it, nobody will ever reach you
          at it again. Contacts and conversations stay.
        </p>
        <label class="check">
          <input
            type="checkbox"
            checked={sure}
            onChange={({ currentTarget }) => setSure(currentTarget.checked)}
          />
          I have exported the key, or don’t need it any more.
        </label>
      </div>
      <footer>
        <button type="button" class="button danger" disabled={!sure} onClick={() => void forget()}>
          Forget the key
        </button>
      </footer>
    </Dialog>
  )
}
