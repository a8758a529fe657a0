import { concat, u16 } from './bytes.ts'
import { Reader } from './reader.ts'
import { encodeVaru64 } from './varu64.ts'

/** The ports on the way from the root down to a node. None: the root, or 'not given'. */
export type Coordinates = readonly bigint[]

/**
 * A u16 length in bytes, then one varu64 a port (PROTOCOL.md section 1). Throws a WireError `too-long` for
 * ports of more than 65,535 bytes.
 */
export function encodeCoordinates(coordinates: Coordinates): Uint8Array {
  const ports = coordinates.map(encodeVaru64)
  return concat(u16(ports.reduce((length, port) => length + port.length, 0)), ...ports)
}

/**
 * The coordinates at `offset` and the offset after them. Throws a WireError `truncated`, or a port's, at the
 * field in question.
 */
export function decodeCoordinates(bytes: Uint8Array, offset = 0): { coordinates: Coordinates; end: number } {
  const reader = new Reader(bytes, offset)
  return { coordinates: reader.coordinates(), end: reader.offset }
}

/** How many hops apart two nodes are in the tree: both lengths less twice the common prefix. */
export function treeDistance(a: Coordinates, b: Coordinates): number {
  const differs = a.findIndex((port, depth) => port !== b[depth])
  const common = differs === -1 ? a.length : differs
  return a.length + b.length - 2 * common
}
