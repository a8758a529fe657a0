import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Stage } from './stage.ts'

async function listening(server: { once(event: 'listening', listener: () => void): void }): Promise<void> {
  await new Promise<void>((resolve) => server.once('listening', resolve))
}

export function resilienceTests(stage: Stage): void {
  test('a lost relay is dialled again when it is back', async () => {
    const relay = await stage.relay()
    const person = await stage.person()
    const page = await person.open()
    await person.startNode(page, relay.uri)
    await relay.kill()
    await page.getByText('not connected').waitFor()
    await stage.relay(relay.uri)
    await page.getByRole('button', { name: /Connect to .* now/ }).click()
    await page.getByText(/^connected to/).waitFor()
  })

  test('a tab that was suspended is back within seconds', async () => {
    const relay = await stage.relay()
    const person = await stage.person()
    const page = await person.open()
    await person.startNode(page, relay.uri)
    const devtools = await person.context.newCDPSession(page)
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
    await person.context.setOffline(true)
    await new Promise((resolve) => setTimeout(resolve, 7000)) // the relay's patience is 5 s
    await person.context.setOffline(false)
    await devtools.send('Page.setWebLifecycleState', { state: 'active' })
    const started = performance.now()
    await page.getByText(/^connected to/).waitFor()
    await page.getByText('1 peer', { exact: true }).waitFor()
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('servers that are none of ours are told apart', async () => {
    const person = await stage.person()
    const page = await person.open()
    await person.startNode(page)
    const add = async (uri: string): Promise<void> => {
      await page.getByLabel('Address of a peer').fill(uri)
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
    }
    const stranger = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    onTestFinished(() => stranger.close())
    stranger.on('connection', (socket) => socket.send(new Uint8Array(104)))
    await listening(stranger)
    await add(`ws://127.0.0.1:${(stranger.address() as AddressInfo).port}/`)
    await page.getByText('doesn’t speak the protocol of this network').waitFor()

    const web = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    onTestFinished(() => void web.close())
    await listening(web)
    await add(`ws://127.0.0.1:${(web.address() as AddressInfo).port}/`)
    await page.getByText('Nobody answers there').waitFor()

    await add('gopher://example.com/')
    await page.getByText('is no address of a peer').waitFor()
  })

  test('a key that nobody has can’t be browsed, and the page says so', async () => {
    const relay = await stage.relay()
    const person = await stage.person()
    const page = await person.open()
    await person.startNode(page, relay.uri)
    await person.go(page, `browse/${'ab'.repeat(32)}`)
    await page.getByRole('alert').filter({ hasText: 'couldn’t be asked' }).waitFor()
    await person.go(page, 'browse/not-a-key')
    await page.getByRole('alert').filter({ hasText: 'is no key' }).waitFor()
  })

  test('where WebRTC is blocked, two browsers talk all the same', async () => {
    const relay = await stage.relay()
    const [ada, bob] = [await stage.person(), await stage.person()]
    await ada.context.addInitScript(() => {
      Object.defineProperty(globalThis, 'RTCPeerConnection', { value: undefined })
    })
    const [adaPage, bobPage] = [await ada.open(), await bob.open()]
    const adaKey = await ada.startNode(adaPage, relay.uri)
    const bobKey = await bob.startNode(bobPage, relay.uri)
    await ada.addContact(adaPage, bobKey, 'Bob')
    await bob.addContact(bobPage, adaKey, 'Ada')
    await adaPage.locator('.conversation-head', { hasText: 'online' }).waitFor()
    await ada.say(adaPage, 'No WebRTC here')
    await bobPage.getByText('No WebRTC here').waitFor()
  })

  test('without its server, the page opens and tests run', async () => {
    const person = await stage.person()
    const page = await person.open('conformance')
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
    await person.context.setOffline(true)
    await page.reload()
    await page.waitForFunction(() => /^\d+ passed, 0 failed · /.test(document.title))
  })
}
