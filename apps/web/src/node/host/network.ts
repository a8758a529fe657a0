// What the services of the page need of a node.
import type { Node, PeerStream, StreamNetwork } from '@snek/node/browser'
import type { Session, SessionStream } from '@snek/sessions'

/** Sessions between keys. */
export type Network = Pick<Node, 'key' | 'dial' | 'listen'>

export type { PeerStream, Session, SessionStream, StreamNetwork }
