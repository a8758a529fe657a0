export { answerPings, openPing, PING_PROTOCOL, PingError, PingSession } from './ping.ts'
export type { IncomingStreams, PeerStream, StreamNetwork } from './streams.ts'
