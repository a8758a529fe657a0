// What goes into the forwarding plane and what comes out of it.
import type { Coordinates, Key, Root, Watermark, WireError } from '@snek/wire'

/** What one plane holds at most. */
export interface ForwardingLimits {
  /**
   * Routes (100,000). When full, a new route takes the place of the oldest one from the peering with the most
   * routes; from that peering itself, it is refused.
   */
  readonly routes: number
  /** Nodes whose coordinates are remembered (4,096). When full, the longest unheard is forgotten. */
  readonly coordinates: number
  /**
   * Bytes of traffic waiting for one port (4 MiB). When full, the oldest frame of the longest flow goes; what
   * has waited for a second when its turn comes goes too.
   */
  readonly queueBytes: number
  /**
   * Bytes of control frames waiting for one port (256 KiB). When full, the oldest goes; a newer announcement
   * replaces the older one, and one is never dropped for other frames.
   */
  readonly controlBytes: number
  /** Bytes of traffic waiting for all ports (64 MiB). When full, the port with the most loses as above. */
  readonly totalQueueBytes: number
}

export interface PlaneOptions {
  /** Our own. */
  readonly key: Key
  /** Whether traffic is dropped at the end of its hop limit (false, as in the reference). */
  readonly hopLimiting?: boolean
  readonly limits?: Partial<ForwardingLimits>
}

/**
 * Called after the plane is done with whatever made it call; any method may be called from within. Bytes are only
 * valid during the handler's call.
 */
export interface ForwardingHandlers {
  /** Bytes to be written to a port in one piece; only valid until a method is called. */
  onOutput(port: number, chunk: Uint8Array): void
  /** A whole announcement, bootstrap or broadcast frame. */
  onControlFrame(port: number, frame: Uint8Array): void
  /** A datagram for our key. */
  onDatagram(from: Key, payload: Uint8Array): void
  /** A peering's bytes make no sense: nothing more is read from it. Offsets count from the frame's start. */
  onPeerError(port: number, error: WireError): void
}

/** What the snake has of a node (PROTOCOL.md section 4). */
export interface Route {
  readonly key: Key
  /** The port that its bootstrap came from. */
  readonly source: number
  /** The port that its bootstrap went on to; 0 if it ended here. */
  readonly destination: number
  /** The bootstrap's. */
  readonly sequence: bigint
  /** The root that it was made under. */
  readonly root: Root
  /** When it was installed, in ms since the Unix epoch; it is good for 10 s. */
  readonly time: number
}

/** Our place in the tree. */
export interface Tree {
  /** The root that we follow; ourselves, without a parent. */
  readonly root: Root
  readonly coordinates: Coordinates
  /** The port of our parent. */
  readonly parent: number | undefined
}

/** Where a frame goes: a port, 0 for the node itself, undefined for nowhere; and with what watermark. */
export interface SnakeHop {
  readonly port: number | undefined
  readonly watermark: Watermark
}

export interface RememberedCoordinates {
  readonly key: Key
  readonly coordinates: Coordinates
  /** When they were heard, in ms since the Unix epoch, to the second. */
  readonly time: number
}

/** What became of a datagram; `sent` covers what waits for its port. */
export type SendResult = 'sent' | 'no-route' | 'too-long' | 'queue-full'

export interface PortCounters {
  readonly bytesIn: { readonly protocol: number; readonly traffic: number }
  /** Handed to `onOutput`. */
  readonly bytesOut: { readonly protocol: number; readonly traffic: number }
  readonly framesIn: number
  readonly framesOut: number
  /** That came from there or waited for there. */
  readonly dropped: number
  readonly queuedBytes: number
  readonly queuedFrames: number
}
