// What keys are called here.
import { contacts, status } from './client.ts'

/** A contact's name, `you`, or the key's short form. */
export function nameOf(key: string): string {
  if (key === status.value?.key) return 'you'
  return contacts.value.find((contact) => contact.key === key)?.name ?? key.slice(0, 8)
}

/** A link that makes whoever opens it offer to add a node as a contact, with an address to peer with. */
export function contactLink(key: string, peer: string | undefined): string {
  const page = location.href.replace(/#.*$/, '')
  const query = peer === undefined ? '' : `?${new URLSearchParams({ peer })}`
  return `${page}#/add/${key}${query}`
}

/** Messages that wait to be read, over all contacts. */
export function unread(): number {
  return contacts.value.reduce((sum, contact) => sum + contact.unread, 0)
}
