// People: who they are, whether they are there, and what was said.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { href, segments } from '../app/location.ts'
import { formatTime } from '../ui/format.ts'
import { Glyph } from '../ui/glyph.tsx'
import { Icon } from '../ui/icon.tsx'
import { contacts, status } from './client.ts'
import { AddContactDialog } from './contact-dialogs.tsx'
import { ConversationView } from './conversation-view.tsx'
import { NeedsNode } from './needs-node.tsx'
import { describePresence } from './presence.ts'
import type { Contact } from './protocol.ts'

export function ContactsView(): JSX.Element {
  return (
    <NeedsNode title="Contacts">
      <People />
    </NeedsNode>
  )
}

function People(): JSX.Element {
  const [adding, setAdding] = useState(false)
  const [, key] = segments.value
  const open = contacts.value.find((contact) => contact.key === key)
  const groups = [
    { title: 'Requests', list: contacts.value.filter(({ standing }) => standing === 'asked') },
    { title: undefined, list: contacts.value.filter(({ standing }) => standing === 'contact') },
    { title: 'Blocked', list: contacts.value.filter(({ standing }) => standing === 'blocked') },
  ]
  return (
    <div class={`people${open === undefined ? '' : ' with-person'}`}>
      <div class="people-list">
        <div class="page-head">
          <h1>Contacts</h1>
          <button
            type="button"
            class="button icon"
            aria-label="Add a contact"
            title="Add a contact"
            onClick={() => setAdding(true)}
          >
            <Icon name="plus" />
          </button>
        </div>
        {contacts.value.length === 0 ? (
          <div class="empty">
            <Icon name="contacts" size={40} />
            <p>Nobody here yet. Add someone by their key, or share yours from the Node page.</p>
            <button type="button" class="button primary" onClick={() => setAdding(true)}>
              Add a contact
            </button>
          </div>
        ) : null}
        {groups.map(({ title, list }) =>
          list.length === 0 ? null : (
            <section key={title ?? ''} aria-label={title ?? 'Contacts'}>
              {title === undefined ? null : <h2 class="label">{title}</h2>}
              <ul>
                {list.map((contact) => (
                  <Person key={contact.key} contact={contact} selected={contact === open} />
                ))}
              </ul>
            </section>
          ),
        )}
      </div>
      {open === undefined ? (
        <div class="conversation empty">
          {key !== undefined && status.value !== undefined ? <p>This key is no contact of yours.</p> : null}
          {key === undefined && contacts.value.length > 0 ? <p>Choose someone to talk to.</p> : null}
        </div>
      ) : (
        <ConversationView key={open.key} contact={open} />
      )}
      {adding ? <AddContactDialog onClose={() => setAdding(false)} /> : null}
    </div>
  )
}

function Person({ contact, selected }: { contact: Contact; selected: boolean }): JSX.Element {
  const { key, name, unread, lastTime } = contact
  return (
    <li>
      <a class="person" href={href('contacts', key)} aria-current={selected ? 'true' : undefined}>
        <span class="avatar">
          <Glyph hex={key} size={40} />
          {contact.presence === 'online' ? <span class="dot good" /> : null}
        </span>
        <span class="person-text">
          <span class="person-name">{name}</span>
          <span class="muted small">{describePresence(contact)}</span>
        </span>
        <span class="person-end">
          {lastTime > 0 ? <span class="muted small numbers">{formatTime(lastTime)}</span> : null}
          {unread > 0 ? (
            <span class="count">
              {unread}
              <span class="visually-hidden"> unread</span>
            </span>
          ) : null}
        </span>
      </a>
    </li>
  )
}

/** A link to add someone: `#/add/KEY?peer=wss://…`. */
export function AddView(): JSX.Element {
  const [, key = ''] = segments.value
  useEffect(() => {
    document.title = 'Add a contact · snek'
    return () => {
      document.title = 'snek'
    }
  }, [])
  return (
    <NeedsNode title="Add a contact">
      <People />
      <AddContactDialog contactKey={key} onClose={() => undefined} />
    </NeedsNode>
  )
}
