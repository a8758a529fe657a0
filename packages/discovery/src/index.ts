export {
  type PeerRouter,
  type StaticPeerEvents,
  type StaticPeerStatus,
  StaticPeers,
  type StaticPeersOptions,
  staticPeers,
} from './static-peers.ts'
