// Writes the files of test-vectors/ that the reference didn't make. Run it again after a change here: the
// result is always the same.
import { writeFile } from 'node:fs/promises'
import { challengeCases } from './challenge.ts'
import { malformedCases } from './malformed.ts'
import { signatureCases } from './signatures.ts'
import { streamCases } from './stream.ts'
import { toText } from './support.ts'

const DIRECTORY = new URL('../../../test-vectors/', import.meta.url)

const files: Record<string, readonly object[]> = {
  'challenge.json': challengeCases(),
  'malformed.json': malformedCases(),
  'signatures.json': signatureCases(),
  'stream.json': streamCases(),
}

for (const [name, cases] of Object.entries(files)) {
  await writeFile(new URL(name, DIRECTORY), toText(cases))
  console.log(`${name}: ${cases.length} cases`)
}
