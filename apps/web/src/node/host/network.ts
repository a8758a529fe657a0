// What the services of the page need of a node.
import type { Node, PeerStream, StreamNetwork } from '@snek/node/browser'
import type { Session, SessionStream } from '@snek/sessions'

/** Sessions between keys. */
export type Network = Pick<Node, 'key' | 'dial' | 'listen'>

/** Ends something whose end is nobody's concern any more: what couldn't be delivered is lost, and known to be. */
export function letGo(ended: { close(reason?: Error): Promise<void> }, reason?: Error): void {
  ended.close(reason).catch(() => undefined)
}

export type { PeerStream, Session, SessionStream, StreamNetwork }
