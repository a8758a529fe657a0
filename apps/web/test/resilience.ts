import { createSocket } from 'node:dgram'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createIdentity } from '@snek/identity'
import { encodeHandshake } from '@snek/wire'
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
    await stage.relay({ uri: relay.uri })
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
    await relay.heard('peer-removed') // its patience is at an end
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

  test('peers with keys that aren’t theirs, or ours, are told apart', async () => {
    const person = await stage.person()
    const page = await person.open()
    const seed = '5a'.repeat(32)
    await page.getByRole('button', { name: 'I have a key already' }).click()
    await page.getByLabel('Key file’s content').fill(seed)
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.locator('.identity').waitFor()
    const twin = await stage.relay({ seed })
    await page.getByLabel('Address of a peer').fill(twin.uri)
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByText('That is this very node.').waitFor()

    // The handshake of a node, with another key in it.
    const forger = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    onTestFinished(() => forger.close())
    const handshake = encodeHandshake(createIdentity({ seed: new Uint8Array(32).fill(1) }))
    const { key } = createIdentity({ seed: new Uint8Array(32).fill(2) })
    handshake.set(key.toBytes(), 8)
    forger.on('connection', (socket) => socket.send(handshake))
    await listening(forger)
    await page
      .getByLabel('Address of a peer')
      .fill(`ws://127.0.0.1:${(forger.address() as AddressInfo).port}/`)
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByText('bad-signature').waitFor()
    await page.getByText('not connected').waitFor()
  })

  test('what the browser has no room for is said, and nothing that was there is lost', async () => {
    const relay = await stage.relay()
    const person = await stage.person()
    const page = await person.open()
    await page.getByRole('button', { name: 'Start a node' }).waitFor()
    // Before anything is written: the browser remembers for a while how much room there was.
    const devtools = await person.context.newCDPSession(page)
    const { origin } = new URL(page.url())
    const usage = await page.evaluate(async () => {
      await navigator.serviceWorker.ready
      return (await navigator.storage.estimate()).usage ?? 0
    })
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 20_000 })
    const key = await person.startNode(page, relay.uri)
    const text = 'x'.repeat(60_000)
    await page.getByRole('textbox', { name: 'Your page' }).fill(text)
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByText('The browser has no room left for this page').waitFor()
    await page.getByText('not published').waitFor()
    await page.getByText(/^connected to/).waitFor()

    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1e9 })
    expect(await page.getByRole('textbox', { name: 'Your page' }).inputValue()).toBe(text)
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByText('published', { exact: true }).waitFor()
    await page.reload()
    expect(await person.key(page)).toBe(key)
    await page.getByText('published', { exact: true }).waitFor()
  })

  test('a STUN server is asked once someone names one, and kept', async () => {
    const asked = createSocket('udp4')
    onTestFinished(() => void asked.close())
    const request = new Promise<Buffer>((resolve) => asked.once('message', resolve))
    await new Promise<void>((resolve) => asked.bind(0, '127.0.0.1', resolve))
    const server = `stun:127.0.0.1:${asked.address().port}`
    const relay = await stage.relay()
    const [ada, bob] = [await stage.person(), await stage.person()]
    const [adaPage, bobPage] = [await ada.open(), await bob.open()]
    const adaKey = await ada.startNode(adaPage, relay.uri)
    const bobKey = await bob.startNode(bobPage, relay.uri)
    await ada.go(adaPage, 'node')
    await adaPage.getByText('Direct links across the Internet').click()
    const field = adaPage.getByLabel('STUN servers')
    await field.fill('https://stun.example/')
    await adaPage.getByRole('button', { name: 'Keep' }).click()
    await adaPage.getByText('is no STUN server').waitFor()
    await field.fill(server)
    await adaPage.getByRole('button', { name: 'Keep' }).click()
    await adaPage.getByText('asked for the next direct link').waitFor()
    await adaPage.reload()
    await adaPage.getByText('Direct links across the Internet').click()
    expect(await field.inputValue()).toBe(server)
    await ada.addContact(adaPage, bobKey, 'Bob')
    await bob.addContact(bobPage, adaKey, 'Ada')
    // A binding request (RFC 8489): type 1, and the magic cookie.
    const message = await request
    expect(message.readUInt16BE(0)).toBe(1)
    expect(message.readUInt32BE(4)).toBe(0x2112a442)
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
    await page.waitForFunction(() => /^\d+ passed, 0 failed · /.test(document.title))
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
    await person.context.setOffline(true)
    await page.reload()
    await page.waitForFunction(() => /^\d+ passed, 0 failed · /.test(document.title))
  })
}
