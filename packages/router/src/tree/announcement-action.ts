/** What an announcement asks for, once it has been checked and stored (PROTOCOL.md section 3). */
export type AnnouncementAction =
  | 'drop'
  | 'accept-update'
  | 'accept-new-parent'
  | 'select-new-parent'
  | 'become-root-then-select-after-wait'
  | 'inform-peer-of-stronger-root'

export interface AnnouncementSituation {
  readonly senderIsParent: boolean
  /** Whether the entries hold our own key. */
  readonly containsLoop: boolean
  /** Below, at or above 0 as the announced root key is to that of the root followed so far. */
  readonly rootKeyCompare: number
  readonly newSequence: bigint
  /** Of the root followed so far. */
  readonly lastSequence: bigint
}

/** The truth table in test-vectors/announcement-action.json. */
export function announcementAction(situation: AnnouncementSituation): AnnouncementAction {
  const { senderIsParent, containsLoop, rootKeyCompare, newSequence, lastSequence } = situation
  if (!senderIsParent) {
    if (containsLoop) return 'drop'
    if (rootKeyCompare < 0) return 'inform-peer-of-stronger-root'
    return rootKeyCompare > 0 ? 'accept-new-parent' : 'select-new-parent'
  }
  // A parent that loops, weakens its root or repeats itself has lost its own way to the root.
  if (containsLoop || rootKeyCompare < 0) return 'become-root-then-select-after-wait'
  if (rootKeyCompare > 0 || newSequence > lastSequence) return 'accept-update'
  return newSequence === lastSequence ? 'become-root-then-select-after-wait' : 'drop'
}
