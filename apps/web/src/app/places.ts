// The places of the app: what the navigation shows, and what is shown there.
import type { FunctionComponent } from 'preact'
import { Conformance } from '../conformance/view.tsx'
import type { IconName } from '../ui/icon.tsx'

export interface Place {
  /** The first segment of its address. */
  readonly id: string
  readonly label: string
  readonly icon: IconName
  readonly View: FunctionComponent
}

export interface Group {
  readonly label: string
  readonly places: readonly Place[]
}

export const GROUPS: readonly Group[] = [
  {
    label: 'Protocol',
    places: [{ id: 'conformance', label: 'Conformance', icon: 'conformance', View: Conformance }],
  },
]

const PLACES = GROUPS.flatMap((group) => group.places)

/** The place of an address; the first one for an address that names none. */
export function placeOf(id: string | undefined): Place {
  return PLACES.find((place) => place.id === id) ?? (PLACES[0] as Place)
}
