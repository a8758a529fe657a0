// The same node, in a page or its worker: nothing of Node's is in here once a bundler has resolved it for browsers.
export { createNode, type Node, type NodeOptions } from './node.ts'
export { answerPings, openPing, PING_PROTOCOL, PingError, PingSession } from './ping.ts'
export { streamNetwork } from './session-streams.ts'
export type { IncomingStreams, PeerStream, StreamNetwork } from './streams.ts'
