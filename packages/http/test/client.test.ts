// What a client does beside an exchange that goes well: redirects, aborting, sessions, wrong URLs.
import { VirtualClock, waitFor } from '@snek/platform/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OverlayFetch } from '../src/make-fetch.ts'
import { IDLE_TIMEOUT } from '../src/session-cache.ts'
import { type FetchHandler, serveHttp } from '../src/web/index.ts'
import { BOB, CAROL, clients, createWorld, quiet, type World } from './support.ts'

describe.each(clients)('%s client', (_, createFetch) => {
  let world: World
  let clock: VirtualClock
  let fetch: OverlayFetch
  let stop: Array<() => Promise<void>>

  beforeEach(() => {
    world = createWorld()
    clock = new VirtualClock()
    fetch = createFetch(world.alice, { clock })
    stop = []
  })

  afterEach(async () => {
    await quiet(world)
    await fetch.close()
    for (const close of stop) await close()
    expect(world.overlay.sessions.size).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  async function serve(network: World['bob'], handler: FetchHandler, protocol = 'http'): Promise<void> {
    stop.push((await serveHttp(network, protocol, handler)).close)
  }

  const url = (path = '/'): string => `http://${BOB}${path}`

  const echo: FetchHandler = async (request) => {
    const { pathname } = new URL(request.url)
    const private_ = request.headers.get('authorization') ?? 'no secret'
    return new Response(`${request.method} ${pathname} ${await request.text()} ${private_}`)
  }

  const moved = (status: number, location: string): Response =>
    new Response('moved', { status, headers: { location } })

  describe('redirects', () => {
    test.each([
      [301, 'POST', 'GET /b  a secret'],
      [302, 'POST', 'GET /b  a secret'],
      [302, 'PUT', 'PUT /b text a secret'],
      [303, 'PUT', 'GET /b  a secret'],
      [307, 'POST', 'POST /b text a secret'],
      [308, 'POST', 'POST /b text a secret'],
    ])('%i after %s', async (status, method, expected) => {
      await serve(world.bob, (request, info) =>
        request.url.endsWith('/a') ? moved(status, '/b') : echo(request, info),
      )
      const headers = { authorization: 'a secret' }
      const response = await fetch(url('/a'), { method, body: 'text', headers })
      expect(await response.text()).toBe(expected)
      expect(response.url).toBe(url('/b'))
      expect(response.redirected).toBe(true)
    })

    test('another key isn’t told the secrets', async () => {
      await serve(world.bob, () => moved(307, `http://${CAROL}/b`))
      await serve(world.carol, echo)
      const headers = { authorization: 'a secret' }
      const response = await fetch(url('/a'), { method: 'POST', body: 'text', headers })
      expect(await response.text()).toBe('POST /b text no secret')
    })

    test('out of the overlay aren’t followed', async () => {
      await serve(world.bob, () => moved(302, 'http://example.com/'))
      await expect(fetch(url())).rejects.toMatchObject({ code: 'not-a-key' })
    })

    test('aren’t followed if they aren’t to be', async () => {
      await serve(world.bob, () => moved(302, '/b'))
      const response = await fetch(url(), { redirect: 'manual' })
      expect(response.status).toBe(302)
      expect(await response.text()).toBe('moved')
      await expect(fetch(url(), { redirect: 'error' })).rejects.toThrow()
    })

    test('in circles end', async () => {
      let requests = 0
      await serve(world.bob, () => moved(302, `/${++requests}`))
      await expect(fetch(url())).rejects.toThrow()
      expect(requests).toBe(21)
    })

    test('don’t send a stream twice', async () => {
      await serve(world.bob, () => moved(307, '/b'))
      const body = new Blob(['text']).stream()
      await expect(fetch(url(), { method: 'POST', body, duplex: 'half' })).rejects.toThrow()
    })
  })

  describe('aborting', () => {
    const reason = new Error('no longer wanted')

    test('before anything happens', async () => {
      await expect(fetch(url(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      expect(world.overlay.dials).toBe(0)
    })

    test('gives up dialling', async () => {
      world.overlay.hold = true
      const controller = new AbortController()
      const fetching = fetch(url(), { signal: controller.signal })
      fetching.catch(() => undefined)
      await waitFor(() => world.overlay.dials === 1)
      controller.abort(reason)
      await expect(fetching).rejects.toBe(reason)
      await waitFor(() => world.overlay.givenUp === 1)
    })

    test('one request goes on dialling for the other', async () => {
      await serve(world.bob, echo)
      world.overlay.hold = true
      const controller = new AbortController()
      const aborted = fetch(url('/a'), { signal: controller.signal })
      const other = fetch(url('/b'))
      await waitFor(() => world.overlay.dials === 1)
      controller.abort(reason)
      await expect(aborted).rejects.toBe(reason)
      world.overlay.hold = false
      expect(await (await other).text()).toBe('GET /b  no secret')
    })

    test('while waiting for the response, and the handler is told', async () => {
      let told: AbortSignal | undefined
      await serve(world.bob, (request) => {
        told = request.signal
        return new Promise(() => undefined)
      })
      const controller = new AbortController()
      const fetching = fetch(url(), { signal: controller.signal })
      fetching.catch(() => undefined)
      await waitFor(() => told)
      controller.abort(reason)
      await expect(fetching).rejects.toBe(reason)
      await waitFor(() => told?.aborted)
    })

    test('within the body', async () => {
      let cancelled = false
      await serve(world.bob, () => {
        const idle = new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(Uint8Array.of(1)),
          cancel: () => {
            cancelled = true
          },
        })
        return new Response(idle)
      })
      const controller = new AbortController()
      const response = await fetch(url(), { signal: controller.signal })
      const reader = (response.body as ReadableStream<Uint8Array>).getReader()
      await reader.read()
      const reading = reader.read()
      controller.abort(reason)
      await expect(reading).rejects.toBe(reason)
      await waitFor(() => cancelled)
    })
  })

  describe('sessions', () => {
    test('one carries all requests, one after the other and at once', async () => {
      await serve(world.bob, echo)
      await Promise.all(Array.from({ length: 10 }, async () => (await fetch(url())).text()))
      for (let count = 0; count < 10; count += 1) await (await fetch(url())).text()
      expect(world.overlay.dials).toBe(1)
    })

    test('end when nobody has used them for a while', async () => {
      await serve(world.bob, echo)
      await (await fetch(url())).text()
      await quiet(world)
      await waitFor(() => clock.pendingTimers === 1)
      clock.advance(IDLE_TIMEOUT - 1)
      expect(world.overlay.sessions.size).toBe(1)
      clock.advance(1)
      await waitFor(() => world.overlay.sessions.size === 0)
    })

    test('are by protocol', async () => {
      await serve(world.bob, echo, 'matrix')
      await expect(fetch(url())).rejects.toMatchObject({ code: 'unreachable' })
      const other = createFetch(world.alice, { protocol: 'matrix' })
      expect((await other(url())).status).toBe(200)
      await other.close()
    })

    test('that refuse a stream are replaced', async () => {
      await serve(world.bob, echo)
      await (await fetch(url())).text()
      const [session] = world.overlay.sessions
      if (session !== undefined) session.refusal = new Error('dead')
      expect((await fetch(url())).status).toBe(200)
      expect(world.overlay.dials).toBe(2)
    })

    test('that turn out dead are replaced for what can be asked twice, and only for that', async () => {
      await serve(world.bob, echo)
      const lose = async (): Promise<void> => {
        const [session] = world.overlay.sessions
        await waitFor(() => session?.open === 1)
        session?.lose()
      }
      let requests = 0
      stop.push(
        (
          await serveHttp(world.carol, 'http', () => {
            requests += 1
            return requests % 2 === 1 ? new Response('one') : new Promise(() => undefined)
          })
        ).close,
      )
      const carol = `http://${CAROL}/`
      await (await fetch(carol)).text()
      await quiet(world)
      const posting = fetch(carol, { method: 'POST' })
      posting.catch(() => undefined)
      await lose()
      await expect(posting).rejects.toMatchObject({ code: 'session-lost' })

      requests = 0
      await (await fetch(carol)).text()
      await quiet(world)
      const getting = fetch(carol)
      await lose()
      expect(await (await getting).text()).toBe('one')
      expect(world.overlay.dials).toBe(3)
    })

    test('that fail to come about say why', async () => {
      await expect(fetch(url())).rejects.toMatchObject({ code: 'unreachable' })
      expect(world.overlay.dials).toBe(1)
    })

    test('and requests end when the client is closed', async () => {
      await serve(world.bob, () => new Promise(() => undefined))
      const fetching = fetch(url())
      fetching.catch(() => undefined)
      await waitFor(() => [...world.overlay.sessions].some(({ open }) => open === 1))
      await fetch.close()
      await expect(fetching).rejects.toThrow()
      await expect(fetch(url())).rejects.toMatchObject({ code: 'closed' })
    })
  })

  test.each([
    ['http://example.com/', 'not-a-key'],
    [`http://${BOB.hex.slice(1)}/`, 'not-a-key'],
    [`https://${BOB}/`, 'bad-url'],
    [`http://${BOB}:8008/`, 'bad-url'],
  ])('%s is refused', async (wrong, code) => {
    await expect(fetch(wrong)).rejects.toMatchObject({ name: 'HttpError', code })
    expect(world.overlay.dials).toBe(0)
  })
})
