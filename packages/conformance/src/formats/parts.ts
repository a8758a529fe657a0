import type { Fields } from '../fields.ts'
import type { Implementation } from '../implementation.ts'
import { expectEqual } from '../mismatch.ts'

export function varu64Case(fields: Fields, { codecs }: Implementation): void {
  const value = fields.decimal('value')
  const bytes = fields.bytes('hex')
  fields.finish()
  expectEqual('hex', bytes, codecs.encodeVaru64(value))
  const decoded = codecs.decodeVaru64(bytes)
  expectEqual('value', value, decoded.value)
  expectEqual('length of hex', bytes.length, decoded.end)
}

export function coordinatesCase(fields: Fields, { codecs }: Implementation): void {
  const ports = fields.decimals('ports')
  const other = fields.decimals('other')
  const distance = fields.integer('distance', 0, Number.MAX_SAFE_INTEGER)
  const bytes = fields.bytes('hex')
  fields.finish()
  expectEqual('hex', bytes, codecs.encodeCoordinates(ports))
  const decoded = codecs.decodeCoordinates(bytes)
  expectEqual('ports', ports, decoded.coordinates)
  expectEqual('length of hex', bytes.length, decoded.end)
  expectEqual('distance', distance, codecs.treeDistance(ports, other))
  expectEqual('distance the other way', distance, codecs.treeDistance(other, ports))
}
