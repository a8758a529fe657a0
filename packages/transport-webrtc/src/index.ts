export {
  type Connection,
  type Connector,
  type ConnectorOptions,
  connector,
  type IceServer,
  type PeerConnection,
} from './connector.ts'
export type { DataChannel } from './data-channel.ts'
export { remoteConnector, serveConnector } from './remote-connector.ts'
export {
  SIGNALLING_PROTOCOL,
  type SignallingNetwork,
  type SignallingStream,
} from './signalling.ts'
export { type WebRtcTransportOptions, webRtcTransport, webRtcUri } from './transport.ts'
