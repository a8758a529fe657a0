// A page in a real Chromium fetches from a server on Node, and serves a client on Node.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createNode, type Node } from '@snek/node'
import { waitFor } from '@snek/platform/testing'
import { type Browser, type Page as BrowserPage, chromium } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { OverlayFetch } from '../../src/make-fetch.ts'
import { createFetch, serveHttp } from '../../src/node/index.ts'
import type { HttpService } from '../../src/serve-options.ts'
import { listenLocally } from '../support.ts'
import type { Fetched, Page } from './page.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** What the HTTP of this package adds to a page, in KB of gzip: its script, and the parser that it loads. */
const BUDGET = 30

const here = (name: string): string => new URL(name, import.meta.url).pathname

let folder: string
let files: Server
let browser: Browser
let tab: BrowserPage
let node: Node
let service: HttpService
let fetch: OverlayFetch
let key: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snek-http-page-'))
  await bundle('index.html', folder)
  files = createServer((request, response) => void serveFile(request.url ?? '/', response))
  const site = await listenLocally(files)

  node = await createNode({ listen: ['ws://127.0.0.1:0/'] })
  fetch = createFetch(node)
  service = await serveHttp(node, 'http', answer)

  browser = await chromium.launch({
    executablePath: process.env['SNEK_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  tab = await browser.newPage()
  await tab.goto(site.href)
  await tab.waitForFunction('globalThis.page')
  key = await call('start', node.listening[0] as string)
  await waitFor(() => call('isPeered'), { timeout: 20_000, message: 'the page to be peered' })
})

afterAll(async () => {
  await call('close')
  await fetch.close()
  await service.close()
  await node.close()
  await browser.close()
  await new Promise((resolve) => files.close(resolve))
  await rm(folder, { recursive: true })
})

async function bundle(input: string, outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    root: here('.'),
    resolve: { conditions: ['@snek/source', 'browser', 'module', 'import', 'default'] },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: here(input), preserveEntrySignatures: 'strict' },
    },
  })
}

async function serveFile(path: string, response: ServerResponse): Promise<void> {
  const types: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' }
  const name = path === '/' ? '/index.html' : path
  const content = await readFile(join(folder, name)).catch(() => undefined)
  response.writeHead(content === undefined ? 404 : 200, {
    'content-type': types[extname(name)] ?? 'text/html',
  })
  response.end(content)
}

/** Calls a function of the page. */
function call<Name extends keyof Page>(
  name: Name,
  ...args: Parameters<Page[Name]>
): Promise<Awaited<ReturnType<Page[Name]>>> {
  return tab.evaluate(
    ([called, passed]) =>
      (globalThis as never as { page: Record<string, CallableFunction> }).page[called]?.(...passed),
    [name as string, args as unknown[]] as const,
  )
}

const answer: RequestListener = async (request, response) => {
  if (request.url === '/never') return
  if (request.url === '/moved') return void response.writeHead(307, { location: '/there' }).end()
  if (request.url === '/echo') return void request.pipe(response)
  if (request.url === '/gzip') {
    return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('squeezed'))
  }
  let text = ''
  for await (const chunk of request) text += chunk
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ line: `${request.method} ${request.url}`, headers: request.headers, text }))
}

const url = (path: string): string => `http://${node.key}${path}`

test('a page fetches', async () => {
  const fetched = await call('fetch', url('/a?b'), {
    method: 'POST',
    body: 'héllo',
    headers: { cookie: 'a=1', 'x-own': '1' },
  })
  expect(fetched).toMatchObject({ status: 200, url: url('/a?b') } satisfies Partial<Fetched>)
  expect(JSON.parse(fetched.text)).toMatchObject({
    line: 'POST /a?b',
    headers: { host: node.key.hex, 'content-length': '6', cookie: 'a=1', 'x-own': '1' },
    text: 'héllo',
  })
})

test('a page’s fetch follows redirects, and undoes codings', async () => {
  const moved = await call('fetch', url('/moved'), { method: 'POST', body: 'text' })
  expect(moved.url).toBe(url('/there'))
  expect(JSON.parse(moved.text)).toMatchObject({ line: 'POST /there', text: 'text' })
  expect((await call('fetch', url('/gzip'))).text).toBe('squeezed')
  expect((await call('fetch', url('/there'), { method: 'HEAD' })).text).toBe('')
})

test('a page’s bodies stream both ways', async () => {
  expect(await call('echo', url('/echo'), 2_000_000)).toEqual({ length: 2_000_000, same: true })
})

test('a page’s fetch fails as it should', async () => {
  expect(await call('failure', url('/never'), 50)).toBe('TimeoutError')
  expect(await call('failure', 'http://example.com/', 10_000)).toBe('not-a-key')
})

test('a page serves', async () => {
  const response = await fetch(`http://${key}/a?b`, {
    method: 'PUT',
    body: 'héllo',
    headers: { cookie: 'a=1', origin: 'http://elsewhere', 'x-own': '1' },
  })
  expect(await response.json()).toMatchObject({
    from: node.key.hex,
    line: `PUT http://${key}/a?b`,
    headers: { host: key, cookie: 'a=1', origin: 'http://elsewhere', 'x-own': '1' },
    text: 'héllo',
  })
})

test('a page serves streams', async () => {
  const sent = Uint8Array.from({ length: 2_000_000 }, (_, at) => at % 251)
  const response = await fetch(`http://${key}/echo`, { method: 'POST', body: sent })
  expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), sent)).toBe(0)
})

test('none of Node is in the bundle, and it is small', async () => {
  const target = await mkdtemp(join(folder, 'size-'))
  await bundle('../../src/web/index.ts', target)
  const names = (await readdir(target, { recursive: true })).filter((name) => /\.(js|wasm)$/.test(name))
  expect(names.some((name) => name.endsWith('.wasm'))).toBe(true)
  let size = 0
  for (const name of names) {
    const content = await readFile(join(target, name))
    if (name.endsWith('.js')) {
      const nodes = content.toString().match(/node:\w+|\bBuffer\b|\bprocess\.|__vite-browser-external/g)
      expect(nodes).toBeNull()
    }
    size += gzipSync(content).length
  }
  expect(size / 1024).toBeLessThan(BUDGET)
})
