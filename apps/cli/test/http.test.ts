// expose and proxy: processes as people run them, with curl, git and a WebSocket at one end, web servers at the other.
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ProxyAgent, WebSocket } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { serveGit } from '../../../packages/http/test/git-server.ts'
import { noise } from './noise.ts'
import { parseLines, run, runJson, type Snek, start, startNode, temporaryDirectory } from './snek.ts'

const execute = promisify(execFile)

interface Origin {
  readonly url: string
  readonly server: Server
}

/** A web server of this machine, gone after the test. */
async function serve(listener: RequestListener): Promise<Origin> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, server }
}

const echo: RequestListener = (request, response) => {
  if (request.method === 'PUT') request.pipe(response)
  else response.end(`${request.url} for ${request.headers['x-snek-remote-key']}`)
}

async function curl(...args: string[]): Promise<string> {
  const { stdout } = await execute('curl', ['--silent', '--show-error', '--max-time', '30', ...args])
  return stdout
}

/** What curl says of the status alone. */
function statusOf(...args: string[]): Promise<string> {
  return curl('--output', '/dev/null', '--write-out', '%{http_code}', ...args)
}

interface Ready {
  readonly snek: Snek
  readonly key: string
  readonly host: string
  readonly listen: readonly string[]
  readonly http: string
  /** Host and port. */
  readonly socks: string
}

async function ready(...args: string[]): Promise<Ready> {
  const snek = start([...args, '--json'])
  const line = (await snek.record(({ event }) => event === 'ready')) as unknown as Ready
  const socks = line.socks === undefined || line.socks === null ? '' : new URL(line.socks).host
  return { ...line, socks, snek }
}

interface Ends {
  readonly service: Ready
  readonly proxy: Ready
  /** Whom the service hears of. */
  readonly asking: string
}

const ANY_PORTS = ['--http', '0', '--socks', '0']

async function withOwnNodes(origin: string): Promise<Ends> {
  const service = await ready('expose', origin, '--listen', 'tcp://127.0.0.1:0')
  const proxy = await ready('proxy', ...ANY_PORTS, '--peer', service.listen[0] ?? '')
  return { service, proxy, asking: proxy.key }
}

/** Through a relay, so that nothing depends on being neighbours. */
async function withRunningNodes(origin: string): Promise<Ends> {
  const directory = await temporaryDirectory()
  const relay = await startNode(directory, 'relay', '--listen', 'tcp://127.0.0.1:0')
  const [uri = ''] = relay.listen
  const near = await startNode(directory, 'near', '--peer', uri)
  const far = await startNode(directory, 'far', '--peer', uri)
  const service = await ready('expose', origin, '--admin', far.admin)
  const proxy = await ready('proxy', ...ANY_PORTS, '--admin', near.admin)
  expect([service.key, proxy.key]).toEqual([far.key, near.key])
  return { service, proxy, asking: near.key }
}

async function endsInOrder(...sneks: readonly Snek[]): Promise<void> {
  for (const [index, snek] of sneks.entries()) {
    snek.signal(index % 2 === 0 ? 'SIGINT' : 'SIGTERM')
    expect(await snek.exit()).toBe(0)
    expect(snek.stderr).toBe('')
  }
}

describe.each([
  ['with nodes of their own', withOwnNodes],
  ['through running nodes and a relay', withRunningNodes],
])('%s', (_, begin) => {
  test('curl, git and a WebSocket', async () => {
    const directory = await temporaryDirectory()
    const { url, server } = await serve((request, response) => {
      if (!request.url?.startsWith('/git/')) return echo(request, response)
      request.url = request.url.slice('/git'.length)
      serveGit(directory, request, response)
    })
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`you said ${data}`)))
    const { service, proxy, asking } = await begin(url)
    const [byHttp, bySocks] = [
      ['--proxy', proxy.http],
      ['--socks5-hostname', proxy.socks],
    ]
    const file = join(directory, 'file')
    const bytes = noise(3_000_000)
    await writeFile(file, bytes)
    for (const way of [byHttp, [...byHttp, '--proxytunnel'], bySocks]) {
      for (const host of [service.key, service.host]) {
        expect(await curl(...way, `http://${host}/a%2Fb?c=d`), way.join(' ')).toBe(`/a%2Fb?c=d for ${asking}`)
      }
      await curl(
        ...way,
        '--fail',
        '--upload-file',
        file,
        '--output',
        `${file}.back`,
        `http://${service.host}/`,
      )
      expect(Buffer.compare(await readFile(`${file}.back`), bytes), way.join(' ')).toBe(0)
    }

    const repository = join(directory, 'project.git')
    await execute('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository])
    const git = async (...args: string[]): Promise<string> => {
      const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
      const { stdout } = await execute('git', [...who, '-c', `http.proxy=${proxy.http}`, ...args])
      return stdout
    }
    const [ours, theirs] = [join(directory, 'ours'), join(directory, 'theirs')]
    await git('clone', '--quiet', `http://${service.host}/git/project.git`, ours)
    await writeFile(join(ours, 'file'), bytes)
    await git('-C', ours, 'add', '.')
    await git('-C', ours, 'commit', '--quiet', '--message=first')
    await git('-C', ours, 'push', '--quiet', 'origin', 'HEAD:main')
    await git('clone', '--quiet', `http://${service.key}/git/project.git`, theirs)
    expect(Buffer.compare(await readFile(join(theirs, 'file')), bytes)).toBe(0)

    const socket = new WebSocket(`ws://${service.host}/chat`, { dispatcher: new ProxyAgent(proxy.http) })
    const heard = await new Promise((resolve, reject) => {
      socket.onopen = () => socket.send('hello')
      socket.onmessage = ({ data }) => resolve(data)
      socket.onerror = ({ error }) => reject(error)
    })
    expect(heard).toBe('you said hello')
    const closed = new Promise((resolve) => {
      socket.onclose = resolve
    })
    socket.close()
    await closed
    await endsInOrder(proxy.snek, service.snek)
  })

  test('what fails is answered, and others are undisturbed', async () => {
    const { url, server } = await serve((request, response) => {
      if (request.url === '/early') response.writeHead(413).end('too much')
      else if (request.url !== '/never') echo(request, response)
    })
    const { service, proxy } = await begin(url)
    const by = ['--proxy', proxy.http]
    const good = async (): Promise<void> => {
      expect(await curl(...by, `http://${service.host}/`)).toMatch(/^\/ for /)
    }
    await good()
    const waiting = statusOf(...by, `http://${service.host}/never`)

    expect(await statusOf(...by, 'http://example.com/')).toBe('403')
    expect(await statusOf(`${proxy.http}/`)).toBe('400')
    // One for each of the two servers that read heads: the proxy's own, and the far one, behind a tunnel.
    const long = ['--header', `X-Long: ${'x'.repeat(20_000)}`]
    expect(await statusOf(...by, ...long, `http://${service.host}/`)).toBe('431')
    expect(await statusOf(...by, '--proxytunnel', ...long, `http://${service.host}/`)).toBe('431')
    const directory = await temporaryDirectory()
    const file = join(directory, 'file')
    await writeFile(file, noise(20_000_000))
    expect(await statusOf(...by, '--upload-file', file, `http://${service.host}/early`)).toBe('413')
    // A head that doesn't come to its end, sent on its way byte by byte.
    const slow = connect(Number(new URL(proxy.http).port), '127.0.0.1')
    const answer = new Promise<string>((resolve) => {
      let text = ''
      slow.on('data', (chunk) => {
        text += chunk
      })
      slow.once('close', () => resolve(text))
    })
    slow.write(`CONNECT ${service.host}:80 HTTP/1.1\r\n\r\n`)
    const dripping = setInterval(() => slow.write('x'), 500)
    onTestFinished(() => clearInterval(dripping))
    slow.once('close', () => clearInterval(dripping))
    slow.write('GET / HTTP/1.1\r\n')
    await good()
    expect(await answer).toContain('HTTP/1.1 408 ')

    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
    expect(await waiting).toBe('502')
    expect(await statusOf(...by, `http://${service.host}/`)).toBe('502')
    await endsInOrder(proxy.snek, service.snek)
  })
})

test('two homeservers ask each other, by paths that stay as they are', async () => {
  const directory = await temporaryDirectory()
  const homeserver = (name: string): Promise<Origin> =>
    serve((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ server: { name, version: '1' }, path: request.url, by: request.method }))
    })
  const relay = await startNode(directory, 'relay', '--listen', 'tcp://127.0.0.1:0')
  const side = async (name: string): Promise<{ service: Ready; proxy: Ready }> => {
    const { url } = await homeserver(name)
    const node = await startNode(directory, name, '--peer', relay.listen[0] ?? '')
    const matrix = ['--protocol', 'matrix', '--admin', node.admin]
    return {
      service: await ready('expose', url, ...matrix),
      proxy: await ready('proxy', '--http', '0', ...matrix),
    }
  }
  const [ada, bob] = [await side('ada'), await side('bob')]
  const ask = async (from: Ready, to: Ready, path: string): Promise<unknown> =>
    JSON.parse(await curl('--proxy', from.http, `http://${to.host}${path}`))
  const paths = [
    '/_matrix/federation/v1/version',
    '/_matrix/federation/v1/query/directory?room_alias=%23room%3Aada',
    '/_matrix/key/v2/server',
  ]
  const asked = paths.flatMap((path) => [
    ask(ada.proxy, bob.service, path),
    ask(bob.proxy, ada.service, path),
  ])
  expect(await Promise.all(asked)).toEqual(
    paths.flatMap((path) =>
      ['bob', 'ada'].map((name) => ({ server: { name, version: '1' }, path, by: 'GET' })),
    ),
  )
})

describe('failures: one line', () => {
  test('a port in use', async () => {
    const { url } = await serve(echo)
    const { port } = new URL(url)
    for (const option of ['--http', '--socks']) {
      const { code, stdout, stderr } = await run(['proxy', option, port, '--listen', 'tcp://127.0.0.1:0'])
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/^snek: [^\n]*is taken[^\n]*\n$/)
    }
  })

  test('no running node, a protocol that is taken, a node that ends', async () => {
    const { url } = await serve(echo)
    const directory = await temporaryDirectory()
    const admin = join(directory, 'node.sock')
    for (const command of [['expose', url], ['proxy']]) {
      const { code, stderr } = await run([...command, '--admin', admin])
      expect(code).toBe(1)
      expect(stderr).toMatch(/^snek: no node is running at [^\n]*\n$/)
    }
    const node = await startNode(directory, 'node')
    const service = await ready('expose', url, '--admin', admin)
    const second = await run(['expose', url, '--admin', admin])
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/^snek: [^\n]*http[^\n]*\n$/)
    await node.snek.kill()
    expect(await service.snek.exit()).toBe(1)
    expect(service.snek.stderr).toMatch(/^snek: the running node ended\n$/)
    expect(parseLines(service.snek.stdout).at(-1)).toMatchObject({ code: 'admin-connection-lost' })
  })
})

test('the proxies are for this machine alone, and say where they are', async () => {
  const directory = await temporaryDirectory()
  const node = await startNode(directory, 'node')
  const proxy = await ready('proxy', ...ANY_PORTS, '--admin', node.admin)
  expect(new URL(proxy.http).hostname).toBe('127.0.0.1')
  expect(proxy.socks).toMatch(/^127\.0\.0\.1:\d+$/)
  const [status] = await runJson(['status', '--admin', node.admin])
  expect(status?.['host']).toMatch(/^[a-z2-7]{52}\.snek$/)
  const shown = await run(['status', '--admin', node.admin])
  expect(shown.stdout).toContain(`Host name    ${status?.['host']}`)
})
