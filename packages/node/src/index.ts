export { createNode, type Node, type NodeOptions } from './node.ts'
export { answerPings, openPing, PING_PROTOCOL, PingError, PingSession } from './ping.ts'
export { streamNetwork } from './session-streams.ts'
export type { IncomingStreams, PeerStream, StreamNetwork } from './streams.ts'
