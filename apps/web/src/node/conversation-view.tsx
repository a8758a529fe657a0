import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { href } from '../app/location.ts'
import { attempt } from '../ui/attempt.ts'
import { formatTime } from '../ui/format.ts'
import { Glyph } from '../ui/glyph.tsx'
import { Icon } from '../ui/icon.tsx'
import { ask, conversation, openConversation } from './client.ts'
import { RemoveDialog, RenameDialog } from './contact-dialogs.tsx'
import { FileCard } from './file-card.tsx'
import { nameOf } from './names.ts'
import { describePresence } from './presence.ts'
import type { Contact, TextItem } from './protocol.ts'

export function ConversationView({ contact }: { contact: Contact }): JSX.Element {
  const { key } = contact
  const [over, setOver] = useState(false)
  const list = useRef<HTMLOListElement>(null)
  const open = conversation.value
  const items = open?.key === key ? open.items : []
  useEffect(() => {
    void attempt(() => openConversation(key))
    return () => void openConversation(undefined)
  }, [key])
  useLayoutEffect(() => {
    if (list.current !== null) list.current.scrollTop = list.current.scrollHeight
  }, [items.length])
  const drop = (files: Iterable<File>): void => {
    for (const file of files) void attempt(() => ask('dropFile', key, crypto.randomUUID(), file))
  }
  return (
    <section
      class={`conversation${over ? ' over' : ''}`}
      aria-label={`Conversation with ${contact.name}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        drop(event.dataTransfer?.files ?? [])
      }}
    >
      <Head contact={contact} />
      <ol class="items" ref={list} aria-live="polite">
        {items.length === 0 ? <li class="muted items-none">Nothing was said yet.</li> : null}
        {items.map((item) => (
          <li key={item.id} class={`item ${item.mine ? 'mine' : 'theirs'}`}>
            {item.type === 'text' ? <Text item={item} /> : <FileCard contact={key} item={item} />}
            <span class="item-time muted small numbers">
              {formatTime(item.time)}
              {item.type === 'text' && item.mine && item.state === 'waiting'
                ? ', waits until they are online'
                : ''}
            </span>
          </li>
        ))}
      </ol>
      <Foot contact={contact} onFiles={drop} />
    </section>
  )
}

function Head({ contact }: { contact: Contact }): JSX.Element {
  const [open, setOpen] = useState<'rename' | 'remove' | undefined>()
  const close = (): void => setOpen(undefined)
  return (
    <header class="conversation-head">
      <a class="button quiet icon compact back" href={href('contacts')} aria-label="All contacts">
        <Icon name="back" size={18} />
      </a>
      <Glyph hex={contact.key} size={40} />
      <div class="conversation-name">
        <h2>{contact.name}</h2>
        <p class="muted small">
          <span class="mono">{contact.key.slice(0, 8)}</span> {describePresence(contact)}
        </p>
      </div>
      <div class="row conversation-actions">
        <a class="button quiet compact" href={href('browse', contact.key)}>
          Browse
        </a>
        <button type="button" class="button quiet compact" onClick={() => setOpen('rename')}>
          Rename
        </button>
        <button type="button" class="button quiet compact danger" onClick={() => setOpen('remove')}>
          Remove
        </button>
      </div>
      {open === 'rename' ? <RenameDialog contact={contact} onClose={close} /> : null}
      {open === 'remove' ? <RemoveDialog contact={contact} onClose={close} /> : null}
    </header>
  )
}

function Text({ item }: { item: TextItem }): JSX.Element {
  return <p class={`bubble${item.state === 'waiting' ? ' waiting' : ''}`}>{item.text}</p>
}

interface FootProps {
  readonly contact: Contact
  readonly onFiles: (files: Iterable<File>) => void
}

function Foot({ contact, onFiles }: FootProps): JSX.Element {
  const { key, standing } = contact
  if (standing === 'contact') return <Composer contactKey={key} onFiles={onFiles} />
  return (
    <footer class="composer decision">
      <p>
        {standing === 'asked'
          ? 'Someone who isn’t a contact wrote to you. Only the key is known of them.'
          : `${nameOf(key)} is blocked.`}
      </p>
      <div class="row">
        <button
          type="button"
          class="button primary"
          onClick={() => void attempt(() => ask('saveContact', key, contact.name))}
        >
          {standing === 'asked' ? 'Add as a contact' : 'Unblock'}
        </button>
        {standing === 'asked' ? (
          <button
            type="button"
            class="button danger"
            onClick={() => void attempt(() => ask('blockContact', key, true))}
          >
            Block
          </button>
        ) : null}
      </div>
    </footer>
  )
}

function Composer({
  contactKey,
  onFiles,
}: {
  contactKey: string
  onFiles: FootProps['onFiles']
}): JSX.Element {
  const [text, setText] = useState('')
  const files = useRef<HTMLInputElement>(null)
  const send = async (): Promise<void> => {
    const words = text.trim()
    if (words === '') return
    if (await attempt(() => ask('sendText', contactKey, crypto.randomUUID(), words))) setText('')
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <button
        type="button"
        class="button quiet icon"
        aria-label="Send a file"
        title="Send a file"
        onClick={() => files.current?.click()}
      >
        <Icon name="file" />
      </button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files to send"
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])])
          currentTarget.value = ''
        }}
      />
      <textarea
        class="input"
        rows={1}
        aria-label="Message"
        placeholder="Message"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
          event.preventDefault()
          void send()
        }}
      />
      <button type="submit" class="button primary icon" aria-label="Send" disabled={text.trim() === ''}>
        <Icon name="send" />
      </button>
    </form>
  )
}
