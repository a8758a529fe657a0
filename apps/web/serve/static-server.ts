// Serves the built page: files of one directory, with the headers that make it safe.
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { createGzip } from 'node:zlib'
import { CONTENT_SECURITY_POLICY } from '../build/content-security-policy.ts'
import { VIEWER_POLICY } from '../build/extra-scripts.ts'
import type { Suggestions } from '../src/node/suggestions.ts'

export interface StaticServerOptions {
  directory: string
  host?: string
  /** 0 takes a free one. */
  port?: number
  /** What `suggestions.json` says to a page that was asked for at this host. */
  suggestions?: (host: string) => Suggestions
}

export interface StaticServer extends AsyncDisposable {
  readonly url: string
  close(): Promise<void>
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.css', 'text/css; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json'],
  ['.svg', 'image/svg+xml'],
  ['.wasm', 'application/wasm'],
  ['.webmanifest', 'application/manifest+json'],
])

export async function startStaticServer(options: StaticServerOptions): Promise<StaticServer> {
  const { directory, host = '127.0.0.1', port = 0, suggestions = () => ({ peers: [], browse: [] }) } = options
  const files = await filesIn(directory)
  const server = createServer((request, response) =>
    answer(request, response, { directory, files, suggestions }),
  )
  await listen(server, host, port)
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const taken = (server.address() as AddressInfo).port
  return { url: `http://127.0.0.1:${taken}/`, close, [Symbol.asyncDispose]: close }
}

interface Site {
  readonly directory: string
  /** All that is served: nothing else is ever looked for. */
  readonly files: ReadonlySet<string>
  readonly suggestions: (host: string) => Suggestions
}

function answer(request: IncomingMessage, response: ServerResponse, site: Site): void {
  const { method, headers } = request
  const path = new URL(request.url ?? '/', 'http://page').pathname
  const name = path === '/' ? 'index.html' : path.slice(1)
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405)
  if (!site.files.has(name)) return refuse(response, 404)
  setHeaders(response, name)
  if (name === 'suggestions.json') {
    response.end(JSON.stringify(site.suggestions((headers.host ?? '').replace(/:\d+$/, ''))))
    return
  }
  const file = createReadStream(join(site.directory, name)).on('error', () => response.destroy())
  const isZipped = /\bgzip\b/.test(headers['accept-encoding'] ?? '')
  if (isZipped) response.setHeader('content-encoding', 'gzip')
  if (method === 'HEAD') response.end()
  else if (isZipped) file.pipe(createGzip()).pipe(response)
  else file.pipe(response)
}

function setHeaders(response: ServerResponse, name: string): void {
  const isHashed = name.startsWith('assets/')
  response.setHeader('content-type', TYPES.get(extname(name)) ?? 'application/octet-stream')
  response.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
  response.setHeader(
    'content-security-policy',
    name === 'viewer.html' ? VIEWER_POLICY : CONTENT_SECURITY_POLICY,
  )
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('x-content-type-options', 'nosniff')
}

function refuse(response: ServerResponse, status: 404 | 405): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(status === 404 ? 'There is no such file.\n' : 'Files can only be read.\n')
}

async function filesIn(directory: string): Promise<Set<string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return new Set(files.map((entry) => join(entry.parentPath, entry.name).slice(join(directory, '/').length)))
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
}
