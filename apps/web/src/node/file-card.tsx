// A file on its way, or where it went.
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import { attempt } from '../ui/attempt.ts'
import { download } from '../ui/download.ts'
import { formatBytes } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { ask } from './client.ts'
import type { FileItem } from './protocol.ts'

interface FileCardProps {
  /** The contact's key. */
  readonly contact: string
  readonly item: FileItem
}

export function FileCard({ contact, item }: FileCardProps): JSX.Element {
  const { name, size, moved, state, sha256, problem } = item
  const isMoving = state === 'moving' || state === 'paused'
  return (
    <div class="bubble file-card">
      <div class="file-head">
        <Icon name="file" size={26} />
        <div>
          <p class="file-title">{name}</p>
          <p class="muted small numbers">{describe(item)}</p>
        </div>
      </div>
      {isMoving ? <Meter name={name} moved={moved} size={size} /> : null}
      {problem !== undefined && state !== 'moving' && state !== 'done' ? (
        <p class="small">{problem}</p>
      ) : null}
      {state === 'done' && sha256 !== undefined ? (
        <p class="small muted hash">
          SHA-256 <code>{sha256}</code>
        </p>
      ) : null}
      <Actions contact={contact} item={item} />
    </div>
  )
}

function Meter({ name, moved, size }: { name: string; moved: number; size: number }): JSX.Element {
  const share = size === 0 ? 1 : moved / size
  return (
    <span
      class="meter"
      role="progressbar"
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
    >
      <span style={{ width: `${share * 100}%` }} />
    </span>
  )
}

function describe({ mine, state, size, moved }: FileItem): string {
  const all = formatBytes(size)
  const part = `${formatBytes(moved)} of ${all}`
  switch (state) {
    case 'offered':
      return mine ? `${all}, waits for an answer` : `${all}, offered to you`
    case 'moving':
      return part
    case 'paused':
      return `${part}, goes on when the connection is back`
    case 'interrupted':
      return `${all}, interrupted`
    case 'done':
      return mine ? `${all}, arrived` : `${all}, received`
    case 'declined':
      return `${all}, declined`
    case 'cancelled':
      return `${all}, cancelled`
    case 'failed':
      return `${all}, failed`
  }
}

function Actions({ contact, item }: FileCardProps): JSX.Element | null {
  const { id, mine, state, name } = item
  if (state === 'offered' && !mine) {
    return (
      <div class="row">
        <button
          type="button"
          class="button primary compact"
          onClick={() => void attempt(() => ask('answerOffer', contact, id, true))}
        >
          Accept
        </button>
        <button
          type="button"
          class="button compact"
          onClick={() => void attempt(() => ask('answerOffer', contact, id, false))}
        >
          Decline
        </button>
      </div>
    )
  }
  if (state === 'interrupted') return <ChooseAgain contact={contact} item={item} />
  if (state === 'done' && !mine) {
    const save = async (): Promise<void> => download(await ask('receivedFile', contact, id), name)
    return (
      <button type="button" class="button compact" onClick={() => void attempt(save)}>
        Save
      </button>
    )
  }
  if (state !== 'offered' && state !== 'moving' && state !== 'paused') return null
  return (
    <button
      type="button"
      class="button quiet compact"
      onClick={() => void attempt(() => ask('cancelTransfer', contact, id))}
    >
      Cancel
    </button>
  )
}

/** The page was loaded anew, and with it the file was lost: what arrived of it wasn't. */
function ChooseAgain({ contact, item }: FileCardProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div class="row">
      <button type="button" class="button compact" onClick={() => input.current?.click()}>
        Choose it again to go on
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={`${item.name}, again`}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          if (file !== undefined) void attempt(() => ask('dropFile', contact, item.id, file))
          currentTarget.value = ''
        }}
      />
    </div>
  )
}
