// Writes wasm/llhttp.wasm: llhttp, the HTTP/1.1 parser of Node.js, as undici carries it.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const target = new URL('../wasm/', import.meta.url)

const NOTICE = `llhttp.wasm is llhttp (https://github.com/nodejs/llhttp), Copyright Fedor Indutny, 2018,
in the build of undici (https://github.com/nodejs/undici). Both are under these terms:

`

await mkdir(target, { recursive: true })
await writeFile(new URL('llhttp.wasm', target), require('undici/lib/llhttp/llhttp-wasm.js'))
await writeFile(
  new URL('LICENSE', target),
  NOTICE + (await readFile(require.resolve('undici/LICENSE'), 'utf8')),
)
