// Programs that know nothing of the overlay, as processes of their own, through proxies and real nodes.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ProxyAgent, WebSocket } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { exposeHttp, type ProxyService, serveHttpProxy, serveSocksProxy } from '../src/proxy/index.ts'
import type { HttpService } from '../src/serve-options.ts'
import { serveGit } from './git-server.ts'
import { type NodePair, startNodes } from './nodes.ts'
import { listenLocally } from './support.ts'

const run = promisify(execFile)

let folder: string
let nodes: NodePair
let origin: Server
let service: HttpService
let proxies: { http: ProxyService; socks: ProxyService }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snek-http-'))
  nodes = await startNodes()
  origin = createServer((request, response) => {
    if (request.url?.startsWith('/git/')) {
      request.url = request.url.slice('/git'.length)
      serveGit(join(folder, 'repositories'), request, response)
    } else if (request.method === 'PUT') request.pipe(response)
    else response.end(`${request.url} for ${request.headers['x-snek-remote-key']}`)
  })
  const sockets = new WebSocketServer({ server: origin })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`you said ${data}`)))
  service = await exposeHttp(nodes.far, await listenLocally(origin))
  proxies = { http: await serveHttpProxy(nodes.near), socks: await serveSocksProxy(nodes.near) }
}, 30_000)

afterAll(async () => {
  await proxies.http.close()
  await proxies.socks.close()
  await service.close()
  await new Promise((resolve) => origin.close(resolve))
  await nodes[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function curl(...args: string[]): Promise<string> {
  const { stdout } = await run('curl', ['--silent', '--show-error', '--fail', '--max-time', '20', ...args])
  return stdout
}

const socks = (): string[] => ['--socks5-hostname', new URL(proxies.socks.url).host]
const http = (): string[] => ['--proxy', proxies.http.url]

test.each([
  ['an HTTP proxy', http],
  ['CONNECT', () => [...http(), '--proxytunnel']],
  ['SOCKS5', socks],
])(
  'curl through %s',
  async (_, proxy) => {
    const expected = `/path?a=b for ${nodes.near.key}`
    expect(await curl(...proxy(), `http://${nodes.far.key}/path?a=b`)).toBe(expected)
    expect(await curl(...proxy(), `http://${nodes.far.key.toBase32()}.snek/path?a=b`)).toBe(expected)

    const file = join(folder, 'upload')
    const bytes = Buffer.from(Uint8Array.from({ length: 2_000_000 }, (_, at) => (at * 31) % 251))
    await writeFile(file, bytes)
    await curl(...proxy(), '--upload-file', file, '--output', `${file}.back`, `http://${nodes.far.key}/`)
    expect(Buffer.compare(await readFile(`${file}.back`), bytes)).toBe(0)
  },
  30_000,
)

test('curl is told what it can’t have', async () => {
  const failing = curl(...http(), 'http://example.com/')
  await expect(failing).rejects.toThrow('403')
  await expect(curl(...socks(), 'http://example.com/')).rejects.toThrow()
})

test.each([
  ['an HTTP proxy', () => proxies.http.url],
  ['SOCKS5', () => proxies.socks.url],
])(
  'git clones and pushes through %s',
  async (name, proxy) => {
    const git = async (cwd: string, ...args: string[]): Promise<string> => {
      const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
      const { stdout } = await run('git', [...identity, '-c', `http.proxy=${proxy()}`, ...args], { cwd })
      return stdout
    }
    const repository = `${name.replaceAll(/\W/g, '')}.git`
    const bare = join(folder, 'repositories', repository)
    await git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', bare)

    const url = `http://${nodes.far.key.toBase32()}.snek/git/${repository}`
    const ours = join(folder, `ours-${repository}`)
    await git(folder, 'clone', '--quiet', url, ours)
    const content = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * at) % 253))
    await writeFile(join(ours, 'file'), content)
    await git(ours, 'add', '.')
    await git(ours, 'commit', '--quiet', '--message=first')
    await git(ours, 'push', '--quiet', 'origin', 'HEAD:main')

    const theirs = join(folder, `theirs-${repository}`)
    await git(folder, 'clone', '--quiet', `http://${nodes.far.key}/git/${repository}`, theirs)
    expect(Buffer.compare(await readFile(join(theirs, 'file')), content)).toBe(0)
    expect(await git(theirs, 'log', '--format=%s')).toBe('first\n')
  },
  60_000,
)

test('a WebSocket through CONNECT', async () => {
  const socket = new WebSocket(`ws://${nodes.far.key.toBase32()}.snek/chat`, {
    dispatcher: new ProxyAgent(proxies.http.url),
  })
  const heard = new Promise((resolve, reject) => {
    socket.onopen = () => socket.send('hello')
    socket.onmessage = ({ data }) => resolve(data)
    socket.onerror = ({ error }) => reject(error)
  })
  expect(await heard).toBe('you said hello')
  const closed = new Promise((resolve) => {
    socket.onclose = resolve
  })
  socket.close()
  await closed
})
