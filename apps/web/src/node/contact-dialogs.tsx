import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { go, parameters } from '../app/location.ts'
import { attempt } from '../ui/attempt.ts'
import { Dialog } from '../ui/dialog.tsx'
import { ask, contacts, status } from './client.ts'
import type { Contact } from './protocol.ts'

interface AddContactProps {
  /** From a link; otherwise it is asked for. */
  readonly contactKey?: string
  readonly onClose: () => void
}

const KEY_IN_LINK = /#\/add\/([^?/]+)/

export function AddContactDialog({ contactKey, onClose }: AddContactProps): JSX.Element {
  const [key, setKey] = useState(contactKey ?? '')
  const [name, setName] = useState('')
  const peer = contactKey === undefined ? null : parameters.value.get('peer')
  const isOffered = peer !== null && !(status.value?.peers ?? []).some(({ uri }) => uri === peer)
  const [usePeer, setUsePeer] = useState(true)
  const close = (): void => {
    if (contactKey !== undefined) go('contacts')
    onClose()
  }
  const add = async (): Promise<void> => {
    const given = KEY_IN_LINK.exec(key)?.[1] ?? key
    const added = await attempt(async () => {
      if (given.trim() === status.value?.key) throw new Error('That is your own key.')
      await ask('saveContact', given, name)
      if (isOffered && usePeer && peer !== null) await ask('addPeer', peer)
    })
    if (!added) return
    onClose()
    const hex = contacts.value.find((contact) => contact.key === given.trim().toLowerCase())?.key
    if (hex === undefined) go('contacts')
    else go('contacts', hex)
  }
  return (
    <Dialog title="Add a contact" onClose={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void add()
        }}
      >
        <div class="field">
          <label for="contact-key">Key, or the link that they shared</label>
          <input
            id="contact-key"
            class="input mono"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            required
            readOnly={contactKey !== undefined}
            value={key}
            onInput={({ currentTarget }) => setKey(currentTarget.value)}
          />
        </div>
        <div class="field">
          <label for="contact-name">Name, for yourself only</label>
          <input
            id="contact-name"
            class="input"
            autocomplete="off"
            maxLength={60}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </div>
        {isOffered ? (
          <label class="check">
            <input
              type="checkbox"
              checked={usePeer}
              onChange={({ currentTarget }) => setUsePeer(currentTarget.checked)}
            />
            <span>
              Connect to their peer as well: <code>{peer}</code>
            </span>
          </label>
        ) : null}
        <p class="muted small">Contacts learn your network addresses, for direct links.</p>
        <footer>
          <button type="submit" class="button primary">
            Add
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

export function RenameDialog({ contact, onClose }: { contact: Contact; onClose: () => void }): JSX.Element {
  const [name, setName] = useState(contact.name)
  const save = async (): Promise<void> => {
    if (await attempt(() => ask('saveContact', contact.key, name))) onClose()
  }
  return (
    <Dialog title="Rename" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <div class="field">
          <label for="new-name">Name</label>
          <input
            id="new-name"
            class="input"
            maxLength={60}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </div>
        <footer>
          <button type="submit" class="button primary">
            Save
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

export function RemoveDialog({ contact, onClose }: { contact: Contact; onClose: () => void }): JSX.Element {
  const remove = async (): Promise<void> => {
    if (!(await attempt(() => ask('removeContact', contact.key)))) return
    onClose()
    go('contacts')
  }
  return (
    <Dialog title={`Remove ${contact.name}`} onClose={onClose}>
      <p>The conversation is erased with the contact, and with it the files that came and weren’t saved.</p>
      <footer>
        <button type="button" class="button danger" onClick={() => void remove()}>
          Remove
        </button>
      </footer>
    </Dialog>
  )
}
