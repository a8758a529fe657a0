import { expect, test } from 'vitest'
import { type CaseResult, type Implementation, loadImplementations, runVectors } from '../src/index.ts'

const implementations = await loadImplementations()

function run(name: string, text: string, using: readonly Implementation[] = implementations): CaseResult[] {
  return [...runVectors([{ name, text }], using)]
}

test.each([
  ['names.json', '[{}]', 'one of varu64.json, coordinates.json', 'names.json'],
  ['varu64.json', '[{"hex":', 'a JSON list of cases', 'JSON'],
  ['varu64.json', '{"hex":"00","value":"0"}', 'a JSON list of cases', 'JSON, but no list'],
  ['varu64.json', '[]', 'a JSON list of cases', 'an empty list'],
])('%s with %s is a failure of the file', (name, text, expected, got) => {
  expect(run(name, text)).toEqual([
    {
      file: name,
      index: undefined,
      passed: false,
      implementations: [],
      failures: [
        {
          implementation: 'all',
          field: 'file',
          expected: expect.stringContaining(expected),
          got: expect.stringContaining(got),
        },
      ],
    },
  ])
})

test('a bad file or case leaves the others alone', () => {
  const sound = '[{"hex":"00","value":"0"},null,[],7,{},{"hex":"01","value":"1"}]'
  const results = [
    ...runVectors(
      [
        { name: 'unknown.json', text: '' },
        { name: 'varu64.json', text: sound },
      ],
      implementations,
    ),
  ]
  expect(results.map(({ index, passed }) => [index, passed])).toEqual([
    [undefined, false],
    [0, true],
    [1, false],
    [2, false],
    [3, false],
    [4, false],
    [5, true],
  ])
})

test('a failure names the implementation, the field and both values', () => {
  const [result] = run('varu64.json', '[{"hex":"8952","value":"1235"}]')
  expect(result?.implementations).toEqual(implementations.map(({ name }) => name))
  expect(result?.failures).toEqual(
    implementations.map(({ name }) => ({
      implementation: name,
      field: 'hex',
      expected: '8952',
      got: '8953',
    })),
  )
})

test('long values are shown around their first difference', () => {
  const ports = new Array(60).fill('7')
  const hex = `003c${'07'.repeat(59)}08`
  const [result] = run('coordinates.json', JSON.stringify([{ ports, other: ports, distance: 0, hex }]))
  const [failure] = result?.failures ?? []
  expect(failure?.expected).toMatch(/^….*08$/)
  expect(failure?.got).toMatch(/^….*07$/)
  expect(failure?.got.length).toBeLessThan(110)
})

test('an implementation that breaks down fails the case', () => {
  const [sound] = implementations
  const broken = {
    ...sound,
    name: 'broken',
    codecs: {
      ...sound?.codecs,
      decodeVaru64: () => {
        throw new RangeError('unreachable')
      },
    },
  } as unknown as Implementation
  expect(run('varu64.json', '[{"hex":"00","value":"0"}]', [...implementations, broken])).toEqual([
    {
      file: 'varu64.json',
      index: 0,
      passed: false,
      implementations: ['typescript', 'wasm', 'broken'],
      failures: [
        { implementation: 'broken', field: 'case', expected: 'no error', got: 'RangeError: unreachable' },
      ],
    },
  ])
})

test('a case that no implementation can compute fails', () => {
  expect(run('varu64.json', '[{"hex":"00","value":"0"}]', [])).toMatchObject([{ index: 0, passed: false }])
})
