// What a page gets of this package: nothing of Node's, and a script and an engine of a known weight.
import { isBuiltin } from 'node:module'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { beforeAll, expect, test } from 'vitest'

/** In bytes, gzipped. */
const ENGINE_BUDGET = 400_000
const SCRIPT_BUDGET = 40_000

const ENTRY = new URL('../../src/index.ts', import.meta.url).pathname

const builtins: string[] = []
let output: (Rolldown.OutputAsset | Rolldown.OutputChunk)[]

beforeAll(async () => {
  const bundled = (await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@snek/source', 'browser', 'module', 'import', 'default'] },
    plugins: [
      {
        name: 'builtins',
        enforce: 'pre',
        resolveId(source, importer) {
          if (isBuiltin(source)) builtins.push(`${importer} imports ${source}`)
        },
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: ENTRY, preserveEntrySignatures: 'strict' },
    },
  })) as Rolldown.RolldownOutput
  output = bundled.output
}, 60_000)

const weightOf = (extension: string): number =>
  output
    .filter(({ fileName }) => fileName.endsWith(extension))
    .reduce((sum, file) => sum + gzipSync(file.type === 'asset' ? file.source : file.code).length, 0)

test('has no modules of Node', () => {
  expect(builtins).toEqual([])
  expect(output.some(({ fileName }) => fileName.endsWith('.js'))).toBe(true)
})

test('loads the engine when it is needed, apart from the script', () => {
  expect(output.filter(({ fileName }) => fileName.endsWith('.wasm'))).toHaveLength(1)
})

test('keeps within its budget', () => {
  expect(weightOf('.wasm')).toBeGreaterThan(100_000)
  expect(weightOf('.wasm')).toBeLessThan(ENGINE_BUDGET)
  expect(weightOf('.js')).toBeLessThan(SCRIPT_BUDGET)
})
