// What runs in the page: a node, a client and a server, told what to do by the test.
import { createFetch, type OverlayFetch, serveHttp } from '@snek/http/web'
import { createNode, type Node } from '@snek/node/browser'

let node: Node
let fetch: OverlayFetch

export interface Fetched {
  status: number
  url: string
  headers: Record<string, string>
  text: string
}

const page = {
  /** Gives the key of the page's node. */
  async start(peer: string): Promise<string> {
    node = await createNode({ peers: [peer] })
    fetch = createFetch(node)
    await serveHttp(node, 'http', async (request, { remoteKey }) => {
      if (request.url.endsWith('/echo')) return new Response(request.body)
      return Response.json({
        from: remoteKey,
        line: `${request.method} ${request.url}`,
        headers: Object.fromEntries(request.headers),
        text: await request.text(),
      })
    })
    return node.key.hex
  },

  isPeered: (): boolean => node.snapshot().peers.some(({ coords }) => coords !== null),

  async fetch(url: string, init: RequestInit = {}): Promise<Fetched> {
    const response = await fetch(url, init)
    const { status, headers } = response
    const text = await response.text()
    return { status, url: response.url, headers: Object.fromEntries(headers), text }
  },

  /** Sends a stream of so many bytes; gives how many came back, and whether they were the same. */
  async echo(url: string, length: number): Promise<{ length: number; same: boolean }> {
    let sent = 0
    let received = 0
    let same = true
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (sent >= length) return controller.close()
        const start = sent
        sent += 50_000
        controller.enqueue(Uint8Array.from({ length: 50_000 }, (_, at) => (start + at) % 251))
      },
    })
    const response = await fetch(url, { method: 'POST', body, duplex: 'half' })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { length: received, same }
      same &&= value.every((byte, at) => byte === (received + at) % 251)
      received += value.length
    }
  },

  /** Gives up after so many milliseconds, and says what came of it. */
  failure: (url: string, milliseconds: number): Promise<string> =>
    fetch(url, { signal: AbortSignal.timeout(milliseconds) }).then(
      () => 'none',
      (error: { code?: string | number; name: string }) =>
        typeof error.code === 'string' ? error.code : error.name,
    ),

  close: async (): Promise<void> => {
    await fetch.close()
    await node.close()
  },
}

export type Page = typeof page

Object.assign(globalThis, { page })
