import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { CopyButton } from '../ui/copy-button.tsx'
import { Glyph } from '../ui/glyph.tsx'
import { Icon } from '../ui/icon.tsx'
import { ExportDialog, ForgetDialog, ImportDialog, ShareDialog } from './identity-dialogs.tsx'
import type { NodeStatus } from './protocol.ts'

const DIALOGS = {
  share: ShareDialog,
  export: ExportDialog,
  import: ImportDialog,
  forget: ForgetDialog,
} as const

export function IdentityCard({ node }: { node: NodeStatus }): JSX.Element {
  const [open, setOpen] = useState<keyof typeof DIALOGS | undefined>()
  const { key = '' } = node
  const Open = open === undefined ? undefined : DIALOGS[open]
  return (
    <section class="card identity" aria-labelledby="identity">
      <div class="identity-head">
        <Glyph hex={key} size={56} />
        <div>
          <h2 id="identity" class="mono">
            {key.slice(0, 8)}
          </h2>
          <p class="muted small">your key’s short form</p>
        </div>
      </div>
      <div class="key-line">
        <code class="wrap">{key}</code>
        <CopyButton text={key} label="Copy the key" />
      </div>
      {node.persisted ? null : (
        <p class="muted small">The browser may erase the key when it needs room: export it to be safe.</p>
      )}
      <div class="row">
        <button type="button" class="button primary" onClick={() => setOpen('share')}>
          <Icon name="share" size={18} />
          Share
        </button>
        <button type="button" class="button" onClick={() => setOpen('export')}>
          Export
        </button>
        <button type="button" class="button" onClick={() => setOpen('import')}>
          Import
        </button>
        <button type="button" class="button danger" onClick={() => setOpen('forget')}>
          Forget
        </button>
      </div>
      {Open === undefined ? null : <Open onClose={() => setOpen(undefined)} />}
    </section>
  )
}
