// The places of the app: what the navigation shows, and what is shown there.
import type { FunctionComponent } from 'preact'
import { Conformance } from '../conformance/view.tsx'
import { BrowseView } from '../node/browse-view.tsx'
import { AddView, ContactsView } from '../node/contacts-view.tsx'
import { unread } from '../node/names.ts'
import { NetworkView } from '../node/network-view.tsx'
import { NodeOverview } from '../node/overview.tsx'
import type { IconName } from '../ui/icon.tsx'

export interface Place {
  /** The first segment of its address. */
  readonly id: string
  readonly label: string
  readonly icon: IconName
  readonly View: FunctionComponent
  /** How many things in it wait to be looked at. */
  readonly count?: () => number
}

export interface Group {
  readonly label: string
  readonly places: readonly Place[]
}

export const GROUPS: readonly Group[] = [
  {
    label: 'Overlay',
    places: [
      { id: 'node', label: 'Node', icon: 'node', View: NodeOverview },
      { id: 'contacts', label: 'Contacts', icon: 'contacts', View: ContactsView, count: unread },
      { id: 'browse', label: 'Browse', icon: 'browse', View: BrowseView },
      { id: 'network', label: 'Network', icon: 'network', View: NetworkView },
    ],
  },
  {
    label: 'Protocol',
    places: [{ id: 'conformance', label: 'Conformance', icon: 'conformance', View: Conformance }],
  },
]

/** Where links lead that are no place of their own. */
const ADD: Place = { id: 'contacts', label: 'Contacts', icon: 'contacts', View: AddView }

const PLACES = GROUPS.flatMap((group) => group.places)

/** The place of an address; the first one for an address that names none. */
export function placeOf(id: string | undefined): Place {
  if (id === 'add') return ADD
  return PLACES.find((place) => place.id === id) ?? (PLACES[0] as Place)
}
