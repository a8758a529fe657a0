import { describe, expect, test } from 'vitest'
import { FILE_NAMES, loadImplementations, runVectors } from '../src/index.ts'
import { changedKinds, changedValues, type Mutation, surplusFields } from './mutations.ts'
import { casesOf } from './vectors.ts'

const implementations = await loadImplementations()

/** Fields that say what came out, where others than these may be changed without changing it. */
const RESULTS: Readonly<Record<string, readonly string[]>> = {
  'announcement-action.json': ['action'],
  'coordinates.json': ['ports', 'hex', 'distance'],
  'nexthop-snake.json': ['next_port', 'next_watermark_key', 'next_watermark_sequence'],
  'nexthop-tree.json': ['next_port'],
  'malformed.json': ['error', 'offset'],
  'signatures.json': ['valid'],
  'stream.json': ['frames', 'error', 'offset'],
}

/** Fields that needn't be there. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  'malformed.json': ['own_key', 'peer_key', 'public_key'],
  'nexthop-snake.json': ['parent_port', 'announcement'],
  'nexthop-tree.json': ['parent_port', 'announcement'],
}

/** Cases of a file of which everything is changed; of the others only results are. */
const THOROUGH = 8

/** What an implementation lets pass, each on its own; but planes show only some frames of a stream. */
function survivors(file: string, mutations: readonly Mutation[]): string[] {
  const text = JSON.stringify(mutations.map((mutation) => mutation.value))
  const apart = file === 'stream.json' ? [implementations] : implementations.map((it) => [it])
  return apart.flatMap((using) => {
    const results = [...runVectors([{ name: file, text }], using)]
    expect(results).toHaveLength(mutations.length)
    return results.flatMap(({ passed }, index) =>
      passed ? [`${using.map((it) => it.name)}: ${mutations[index]?.name}`] : [],
    )
  })
}

describe.each(FILE_NAMES)('%s', (file) => {
  const cases = casesOf(file)

  test.each([...cases.keys()])('case %i: no other value passes', (index) => {
    const mutations = changedValues(cases[index] ?? {})
    const results = RESULTS[file]
    const telling = mutations.filter(({ field }) => results?.includes(field) ?? true)
    expect(survivors(file, telling)).toEqual([])
  })

  test.each([...cases.keys()].slice(0, THOROUGH))('case %i: no other kind of value passes', (index) => {
    const required = changedKinds(cases[index] ?? {}).filter(
      ({ name, inner }) => !(OPTIONAL[file]?.includes(inner) && name.endsWith('is missing')),
    )
    expect(survivors(file, required)).toEqual([])
  })

  test.each([...cases.keys()].slice(0, THOROUGH))('case %i: no field too many passes', (index) => {
    expect(survivors(file, surplusFields(cases[index] ?? {}))).toEqual([])
  })
})
