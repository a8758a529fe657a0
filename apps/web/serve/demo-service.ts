// A small web site for `snek expose` to publish.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const STYLE = `body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui, sans-serif; color: #1c2422 }
h1 { letter-spacing: -0.02em }
a { color: #0c6b5c }
img { width: 5rem }`

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><title>snek</title>
<rect width="32" height="32" rx="8" fill="#0c6b5c"/>
<path d="M22.5 9.5c-1.5-2-3.7-3-6.5-3-3.9 0-6.5 1.9-6.5 4.7 0 6.4 13 3.2 13 9.6 0 2.9-2.7 4.7-6.5 4.7-3 0-5.5-1.2-7-3.5" fill="none" stroke="#e9fbf5" stroke-width="3.4" stroke-linecap="round"/></svg>`

const HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="stylesheet" href="/style.css">'

/** By path: type and content. */
const SITE: Readonly<Record<string, readonly [type: string, content: string]>> = {
  '/': [
    'text/html; charset=utf-8',
    `${HEAD}<title>Demo</title>
<img src="/picture.svg" alt="">
<h1>An ordinary web server</h1>
<p>It listens on one machine’s loopback address only. A <code>snek expose</code> beside it publishes it at a key, and
your browser fetched this page from that key: through the overlay, encrypted end to end, HTTP/1.1 in a QUIC stream.</p>
<p><a href="/more">How it got here</a></p>`,
  ],
  '/more': [
    'text/html; charset=utf-8',
    `${HEAD}<title>How it got here</title>
<h1>How it got here</h1>
<p>Your page is a node. It asked for a session with the key in the address bar; frames found their way by the tree and
the snake, through nodes that could read none of it.</p>
<p><a href="/">Back</a></p>`,
  ],
  '/style.css': ['text/css; charset=utf-8', STYLE],
  '/picture.svg': ['image/svg+xml', PICTURE],
}

export interface DemoSite extends AsyncDisposable {
  /** Where it is on this machine, and there alone. */
  readonly origin: string
}

export async function serveDemo(): Promise<DemoSite> {
  const server = createServer((request, response) => {
    const found = SITE[new URL(request.url ?? '/', 'http://demo').pathname]
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': found?.[0] ?? 'text/plain' })
    response.end(found?.[1] ?? 'Nothing here.\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const dispose = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: dispose }
}
