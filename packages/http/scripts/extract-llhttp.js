// Writes wasm/llhttp.wasm: the HTTP/1.1 parser of Node.js, as undici carries it (MIT; its licence goes beside).
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const undici = dirname(require.resolve('undici/package.json'))
const target = new URL('../wasm/', import.meta.url)

await mkdir(target, { recursive: true })
await writeFile(new URL('llhttp.wasm', target), require('undici/lib/llhttp/llhttp-wasm.js'))
await copyFile(join(undici, 'LICENSE'), new URL('LICENSE', target))

const { dependencies } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
process.stdout.write(`llhttp of undici ${dependencies.undici} is in packages/http/wasm\n`)
