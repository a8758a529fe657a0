import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { announcementAction } from './announcement-action.ts'

interface Case {
  sender_is_parent: boolean
  contains_loop: boolean
  root_key_compare: number
  new_sequence: string
  last_sequence: string
  action: string
}

const vectors = new URL('../../../../test-vectors/announcement-action.json', import.meta.url)
const cases: Case[] = JSON.parse(readFileSync(vectors, 'utf8'))

test.each([...cases.entries()])('the reference’s action, case %i', (_, given) => {
  const action = announcementAction({
    senderIsParent: given.sender_is_parent,
    containsLoop: given.contains_loop,
    rootKeyCompare: given.root_key_compare,
    newSequence: BigInt(given.new_sequence),
    lastSequence: BigInt(given.last_sequence),
  })
  expect(action).toBe(given.action)
})
