import { WireError } from '@snek/wire'
import { Fields } from './fields.ts'
import { announcementActionCase } from './formats/announcement-action.ts'
import { frameCase } from './formats/frames.ts'
import { malformedCase, signatureCase } from './formats/malformed.ts'
import { snakeCase, treeCase } from './formats/next-hops.ts'
import { coordinatesCase, varu64Case } from './formats/parts.ts'
import {
  announcementCase,
  bootstrapCase,
  broadcastCase,
  challengeCase,
  handshakeCase,
} from './formats/signed.ts'
import { streamCase } from './formats/stream.ts'
import type { Implementation } from './implementation.ts'
import { Mismatch } from './mismatch.ts'

/** A file of cases: its name without a directory, and its text. */
export interface VectorFile {
  readonly name: string
  readonly text: string
}

/** What came of a case, or of a file that can't be run: that one has no index. */
export interface CaseResult {
  readonly file: string
  readonly index: number | undefined
  readonly passed: boolean
  /** Names of those that computed it; none for a file that can't be run. */
  readonly implementations: readonly string[]
  /** One for each implementation that failed. */
  readonly failures: readonly Failure[]
}

export interface Failure {
  readonly implementation: string
  /** What differs. */
  readonly field: string
  readonly expected: string
  readonly got: string
}

interface Format {
  /** Throws a Mismatch, or whatever the implementation throws. */
  readonly check: (fields: Fields, implementation: Implementation) => void
  /** The part of an implementation without which there is nothing to check. */
  readonly part: keyof Implementation
}

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['varu64.json', { check: varu64Case, part: 'codecs' }],
  ['coordinates.json', { check: coordinatesCase, part: 'codecs' }],
  ['handshake.json', { check: handshakeCase, part: 'codecs' }],
  ['announcement.json', { check: announcementCase, part: 'codecs' }],
  ['bootstrap.json', { check: bootstrapCase, part: 'codecs' }],
  ['broadcast.json', { check: broadcastCase, part: 'codecs' }],
  ['challenge.json', { check: challengeCase, part: 'signers' }],
  ['frames.json', { check: frameCase, part: 'codecs' }],
  ['announcement-action.json', { check: announcementActionCase, part: 'announcementAction' }],
  ['nexthop-snake.json', { check: snakeCase, part: 'nextHops' }],
  ['nexthop-tree.json', { check: treeCase, part: 'nextHops' }],
  ['malformed.json', { check: malformedCase, part: 'codecs' }],
  ['signatures.json', { check: signatureCase, part: 'verify' }],
  ['stream.json', { check: streamCase, part: 'readStream' }],
])

/** Names of the files whose format is known. */
export const FILE_NAMES: readonly string[] = [...FORMATS.keys()]

/**
 * Computes every case of the files with every implementation that can, and compares. A file of another name,
 * without cases, or that isn't a JSON list is a failure, as is a case with a field that is missing, of a wrong
 * kind, or unknown.
 */
export function* runVectors(
  files: Iterable<VectorFile>,
  implementations: readonly Implementation[],
): Generator<CaseResult, void> {
  for (const { name, text } of files) {
    const refused = (expected: string, got: string): CaseResult => ({
      file: name,
      index: undefined,
      passed: false,
      implementations: [],
      failures: [{ implementation: 'all', field: 'file', expected, got }],
    })
    const format = FORMATS.get(name)
    const cases = parseCases(text)
    if (format === undefined) yield refused(`one of ${FILE_NAMES.join(', ')}`, name)
    else if (typeof cases === 'string') yield refused('a JSON list of cases', cases)
    else {
      const able = implementations.filter((implementation) => implementation[format.part] !== undefined)
      const names = able.map((implementation) => implementation.name)
      for (const [index, value] of cases.entries()) {
        const failures = runCase(format, value, able)
        yield { file: name, index, passed: failures.length === 0, implementations: names, failures }
      }
    }
  }
}

/** The cases, or why there are none. */
function parseCases(text: string): unknown[] | string {
  try {
    const value: unknown = JSON.parse(text)
    if (!Array.isArray(value)) return 'JSON, but no list'
    return value.length > 0 ? value : 'an empty list'
  } catch (error) {
    return (error as SyntaxError).message
  }
}

function runCase(format: Format, value: unknown, able: readonly Implementation[]): Failure[] {
  if (able.length === 0) {
    return [{ implementation: 'all', field: 'case', expected: 'an implementation of it', got: 'none' }]
  }
  return able.flatMap((implementation) => {
    try {
      format.check(new Fields(value), implementation)
      return []
    } catch (error) {
      return [{ implementation: implementation.name, ...explain(error) }]
    }
  })
}

/** A case never ends the run, whatever it makes an implementation throw. */
function explain(error: unknown): Omit<Failure, 'implementation'> {
  if (error instanceof Mismatch) return { field: error.field, expected: error.expected, got: error.got }
  const got = error instanceof WireError ? error.message : String(error)
  return { field: 'case', expected: 'no error', got }
}
