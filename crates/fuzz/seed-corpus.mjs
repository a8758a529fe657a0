// Writes corpus/ anew from test-vectors/: short cases only, as fuzzers prefer them. Inputs named
// `found-*` were added by hand, after they had made a target fail, and stay.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const LONGEST = 400

const sources = {
  varu64: ['varu64'],
  coordinates: ['coordinates'],
  frame: ['frames'],
  handshake: ['handshake'],
  announcement: ['announcement'],
  bootstrap: ['bootstrap', 'broadcast'],
}

function vectors(name) {
  return JSON.parse(readFileSync(new URL(`../../test-vectors/${name}.json`, import.meta.url), 'utf8'))
}

for (const [target, names] of Object.entries(sources)) {
  const directory = new URL(`corpus/${target}/`, import.meta.url)
  mkdirSync(directory, { recursive: true })
  for (const file of readdirSync(directory)) {
    if (!file.startsWith('found-')) rmSync(new URL(file, directory))
  }
  const malformed = vectors('malformed').filter(({ format }) => format === target || names.includes(format))
  const inputs = [...names.flatMap(vectors), ...malformed].map(({ hex }) => Buffer.from(hex, 'hex'))
  for (const [index, bytes] of inputs.entries()) {
    if (bytes.length <= LONGEST) writeFileSync(new URL(`${index}`, directory), bytes)
  }
}
