// A node of the overlay network, to be embedded: README.md shows how.
export { PeeringError, type PeeringErrorCode } from './errors.ts'
export type { ByteCounts, PeerBandwidth, RouterEvents } from './events.ts'
export { type ControlLimits, DEFAULT_LIMITS, type PeeringLimits, type RouterLimits } from './limits.ts'
export type { ConnectOptions, RouterOptions } from './options.ts'
export { PEER_TYPES, type Peering, type PeerType } from './peering.ts'
export { createRouter, Router } from './router.ts'
export type { PeerSnapshot, RootSnapshot, RouterSnapshot, RouteSnapshot } from './snapshot.ts'
export {
  type AnnouncementAction,
  type AnnouncementSituation,
  announcementAction,
} from './tree/announcement-action.ts'
