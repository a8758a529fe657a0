import type { Fields } from '../fields.ts'
import type { Implementation } from '../implementation.ts'
import { expectEqual } from '../mismatch.ts'

export function announcementActionCase(fields: Fields, { announcementAction }: Implementation): void {
  const input = {
    senderIsParent: fields.boolean('sender_is_parent'),
    containsLoop: fields.boolean('contains_loop'),
    rootKeyCompare: fields.integer('root_key_compare', -1, 1),
    newSequence: fields.decimal('new_sequence'),
    lastSequence: fields.decimal('last_sequence'),
  }
  const action = fields.string('action')
  fields.finish()
  expectEqual('action', action, announcementAction?.(input))
}
