import type { Contact } from './protocol.ts'

/** In a few words, below a name. */
export function describePresence({ standing, presence, direct }: Contact): string {
  if (standing === 'asked') return 'wants to talk to you'
  if (standing === 'blocked') return 'isn’t listened to'
  if (presence === 'online') return direct ? 'online, linked directly' : 'online'
  return presence === 'reaching' ? 'looking …' : presence === 'away' ? 'away' : ''
}
