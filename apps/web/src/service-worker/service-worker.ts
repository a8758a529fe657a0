// Keeps the page's files, so that it opens without its server. Files whose names hold a hash never change;
// all others are asked for first, and taken from the cache when the server isn't there.
interface Lasting {
  waitUntil(work: Promise<unknown>): void
}

/** What is needed of the scope, which TypeScript declares only in place of a page's. */
interface Scope {
  readonly location: Location
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(
    type: 'fetch',
    listener: (event: { readonly request: Request; respondWith(response: Promise<Response>): void }) => void,
  ): void
}

const scope = globalThis as unknown as Scope
/** Put in by the build: a hash over all files, and their names. */
declare const VERSION: string
declare const FILES: readonly string[]

const CACHE = `snek ${VERSION}`
const HASHED = /\/assets\//
/** How long a server may take that is there but slow, in milliseconds. */
const PATIENCE = 4000

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((name) => new Request(name, { cache: 'reload' }))))
      .then(() => scope.skipWaiting()),
  )
})

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => scope.clients.claim()),
  )
})

scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== scope.location.origin) return
  event.respondWith(HASHED.test(pathname) ? fromCache(request) : fromServer(request))
})

async function fromCache(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request)
}

async function fromServer(request: Request): Promise<Response> {
  const kept = await caches.match(request, { ignoreSearch: true })
  if (kept === undefined) return fetch(request)
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) })
  } catch {
    return kept
  }
}
