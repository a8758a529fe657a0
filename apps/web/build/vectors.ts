// Puts the test vectors beside the page, and tells the code what they are called.
import { readdirSync, readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const DIRECTORY = new URL('../../../test-vectors/', import.meta.url)
const MODULE = 'virtual:vectors'

/** `import { VECTOR_FILES } from 'virtual:vectors'`: names of files below `vectors/`. */
export function vectors(): Plugin {
  const names = readdirSync(DIRECTORY).filter((name) => name.endsWith('.json'))
  const read = (name: string): string =>
    JSON.stringify(JSON.parse(readFileSync(new URL(name, DIRECTORY), 'utf8')))
  return {
    name: 'vectors',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load: (id) => (id === `\0${MODULE}` ? `export const VECTOR_FILES = ${JSON.stringify(names)}` : undefined),
    configureServer: ({ middlewares }) => {
      middlewares.use('/vectors/', (request, response, next) => {
        const name = request.url?.slice(1) ?? ''
        if (!names.includes(name)) return next()
        response.setHeader('content-type', 'application/json')
        response.end(read(name))
      })
    },
    generateBundle() {
      for (const name of names) {
        this.emitFile({ type: 'asset', fileName: `vectors/${name}`, source: read(name) })
      }
    },
  }
}
