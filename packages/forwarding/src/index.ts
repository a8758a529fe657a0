export { Forwarding, loadForwarding } from './load.ts'
export type { ForwardingPlane } from './plane.ts'
export type {
  ForwardingHandlers,
  ForwardingLimits,
  PlaneOptions,
  PortCounters,
  RememberedCoordinates,
  Route,
  SendResult,
  SnakeHop,
  Tree,
} from './types.ts'
export type { AnnouncementInput, WireCodecs } from './wire-codecs.ts'
