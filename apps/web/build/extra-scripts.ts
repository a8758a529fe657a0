// Builds what can't be part of the page's bundle: the service worker, which has to know all files, and the
// frame for strangers' pages, whose script may not be a module (its origin is opaque).
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

const SOURCE = new URL('../src/', import.meta.url)

/** Strangers' pages may style themselves and show what the page around them got, and nothing else. */
export const VIEWER_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  'img-src blob: data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

export function extraScripts(): Plugin {
  let outDir = ''
  return {
    name: 'extra-scripts',
    apply: 'build',
    configResolved: (config) => {
      outDir = config.build.outDir.startsWith('/')
        ? config.build.outDir
        : `${config.root}/${config.build.outDir}`
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        await buildScript('viewer/viewer.ts', 'viewer', outDir, {})
        const viewer = await readFile(new URL('viewer/viewer.html', SOURCE), 'utf8')
        await writeFile(`${outDir}/viewer.html`, viewer.replace('%POLICY%', VIEWER_POLICY))
        const files = await filesIn(outDir)
        await buildScript('service-worker/service-worker.ts', 'service-worker', outDir, {
          VERSION: JSON.stringify(await hashOf(outDir, files)),
          FILES: JSON.stringify([
            './',
            ...files.filter((name) => name !== 'index.html' && name !== 'service-worker.js'),
          ]),
        })
      },
    },
  }
}

async function buildScript(
  entry: string,
  name: string,
  outDir: string,
  define: Record<string, string>,
): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define,
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      modulePreload: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: fileURLToPath(new URL(entry, SOURCE)),
        output: { format: 'iife', entryFileNames: `${name}.js` },
      },
    },
  })
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(directory.length + 1))
    .sort()
}

async function hashOf(directory: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const name of files) hash.update(name).update(await readFile(`${directory}/${name}`))
  return hash.digest('hex').slice(0, 16)
}
