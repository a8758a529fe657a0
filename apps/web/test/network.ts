import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { serveDemo } from '../serve/demo-service.ts'
import type { Person } from './chromium.ts'
import { type Relay, startExpose } from './site.ts'
import type { Stage } from './stage.ts'

interface Pair {
  readonly relay: Relay
  readonly ada: { readonly person: Person; readonly page: Page; readonly key: string }
  readonly bob: { readonly person: Person; readonly page: Page; readonly key: string }
}

/** Two browsers that reach each other through a relay and are each other's contacts. */
async function pair(stage: Stage): Promise<Pair> {
  const relay = await stage.relay()
  const enter = async (): Promise<Pair['ada']> => {
    const person = await stage.person()
    const page = await person.open()
    return { person, page, key: await person.startNode(page, relay.uri) }
  }
  const ada = await enter()
  const bob = await enter()
  await ada.person.addContact(ada.page, bob.key, 'Bob')
  await bob.person.addContact(bob.page, ada.key, 'Ada')
  await ada.page.locator('.conversation-head', { hasText: 'online' }).waitFor()
  await bob.page.locator('.conversation-head', { hasText: 'online' }).waitFor()
  return { relay, ada, bob }
}

async function linkedDirectly({ ada, bob }: Pair): Promise<void> {
  for (const { page } of [ada, bob]) {
    await page.locator('.conversation-head', { hasText: 'linked directly' }).waitFor()
  }
}

export function networkTests(stage: Stage): void {
  test('two browsers talk, link directly, and don’t miss the relay when it dies', async () => {
    const both = await pair(stage)
    const { ada, bob, relay } = both
    await ada.person.say(ada.page, 'Hello Bob')
    await bob.page.getByText('Hello Bob').waitFor()
    await bob.person.say(bob.page, 'Hello Ada')
    await ada.page.getByText('Hello Ada').waitFor()
    await linkedDirectly(both)
    await relay.kill()
    await ada.person.say(ada.page, 'Still there?')
    await bob.page.getByText('Still there?').waitFor()
    await bob.person.say(bob.page, 'Still here.')
    await ada.page.getByText('Still here.').waitFor()
    await ada.page.getByText('waits until they are online').waitFor({ state: 'detached' })
    await ada.person.go(ada.page, 'node')
    await ada.page.getByText('direct link, browser to browser').waitFor()
  })

  test('a file arrives whole, with its hash, and goes on after the sender’s page was reloaded', async () => {
    const { ada, bob } = await pair(stage)
    const small = randomBytes(300_000)
    await ada.page.getByLabel('Files to send').setInputFiles({ name: 'a.bin', mimeType: '', buffer: small })
    await bob.page.getByRole('button', { name: 'Accept' }).click()
    const hash = createHash('sha256').update(small).digest('hex')
    await bob.page.getByText(hash).waitFor()
    await ada.page.getByText(hash).waitFor()
    const downloading = bob.page.waitForEvent('download')
    await bob.page.getByRole('button', { name: 'Save' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe('a.bin')
    expect(await readFile(await download.path())).toEqual(small)

    const large = randomBytes(16_000_000)
    await ada.page.getByLabel('Files to send').setInputFiles({ name: 'b.bin', mimeType: '', buffer: large })
    await bob.page.getByRole('button', { name: 'Accept' }).click()
    const progress = bob.page.getByRole('progressbar')
    await bob.page.waitForFunction(() => {
      const bar = document.querySelector('[role=progressbar]')
      return Number(bar?.getAttribute('aria-valuenow')) > 5
    })
    await ada.page.reload()
    await bob.page.getByText('goes on when the connection is back').waitFor()
    const reached = Number(await progress.getAttribute('aria-valuenow'))
    expect(reached).toBeGreaterThan(5)
    const again = { name: 'b.bin', mimeType: '', buffer: large }
    await ada.page.getByLabel('b.bin, again').setInputFiles({ ...again, buffer: large.subarray(1) })
    await ada.page.getByText('That is another file').waitFor()
    await ada.page.getByLabel('b.bin, again').setInputFiles(again)
    await bob.page.getByText(createHash('sha256').update(large).digest('hex')).waitFor()
    expect(await bob.page.getByRole('button', { name: 'Accept' }).count()).toBe(0)
  })

  test('a file is declined, another cancelled', async () => {
    const { ada, bob } = await pair(stage)
    const send = (name: string): Promise<void> =>
      ada.page.getByLabel('Files to send').setInputFiles({ name, mimeType: '', buffer: Buffer.alloc(10) })
    await send('unwanted')
    await bob.page.getByRole('button', { name: 'Decline' }).click()
    await ada.page.getByText('10 bytes, declined').waitFor()
    await send('regretted')
    await bob.page.getByRole('button', { name: 'Accept' }).waitFor()
    await ada.page.getByRole('button', { name: 'Cancel' }).click()
    await ada.page.getByText('10 bytes, cancelled').waitFor()
  })

  test('a file for which there is no room is refused, and nothing else is', async () => {
    const { ada, bob } = await pair(stage)
    const directory = await mkdtemp(join(tmpdir(), 'snek-web-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const path = join(directory, 'big')
    await writeFile(path, '')
    await truncate(path, 2 ** 39) // more than any browser gives a page; nothing is on the disk
    await ada.page.getByLabel('Files to send').setInputFiles(path)
    await ada.page.getByText('The other side has no room for it.').waitFor()
    await ada.person.say(ada.page, 'Too big?')
    await bob.page.getByText('Too big?').waitFor()
    expect(await bob.page.getByText('big').count()).toBe(1)
  })

  test('a stranger’s message asks first, and a blocked one isn’t heard', async () => {
    const relay = await stage.relay()
    const ada = await stage.person()
    const bob = await stage.person()
    const [adaPage, bobPage] = [await ada.open(), await bob.open()]
    const adaKey = await ada.startNode(adaPage, relay.uri)
    await bob.startNode(bobPage, relay.uri)
    await bob.addContact(bobPage, adaKey, 'Ada')
    await bob.say(bobPage, 'Do you know me?')
    await ada.go(adaPage, 'contacts')
    await adaPage.getByRole('link', { name: /wants to talk to you/ }).click()
    await adaPage.getByText('Do you know me?').waitFor()
    await adaPage.getByRole('button', { name: 'Block' }).click()
    await adaPage.getByText(/is blocked/).waitFor()
    await bobPage.locator('.conversation-head', { hasText: 'away' }).waitFor()
    await bob.say(bobPage, 'Hello?')
    await bobPage.getByText('waits until they are online').waitFor()
  })

  test('a page of another browser is shown, and can do nothing', async () => {
    const { ada, bob } = await pair(stage)
    await bob.person.go(bob.page, 'node')
    const hostile = `<!doctype html><title>Bob</title><style>h1{color:rgb(1,2,3)}</style>
      <h1 onclick="parent.document.title='owned'">Bob’s page</h1>
      <script>document.body.append('script ran'); parent.postMessage('x','*'); top.location='http://example.com/'</script>
      <img src="http://127.0.0.1:9/track.gif" onerror="document.body.append('handler ran')">
      <iframe src="javascript:parent.document.body.append('frame ran')"></iframe>
      <meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">
      <form action="http://127.0.0.1:9/"><button>Send</button></form>
      <a href="/more">More</a>`
    await bob.page.getByRole('textbox', { name: 'Your page' }).fill(hostile)
    await bob.page.getByRole('button', { name: 'Publish' }).click()
    await bob.page.getByText('published', { exact: true }).waitFor()
    await ada.person.go(ada.page, `browse/${bob.key}`)
    const frame = ada.page.frameLocator('.strangers-page')
    const heading = frame.getByRole('heading', { name: 'Bob’s page' })
    await heading.waitFor()
    expect(await heading.evaluate((element) => getComputedStyle(element).color)).toBe('rgb(1, 2, 3)')
    await heading.click()
    await frame.getByRole('button', { name: 'Send' }).click()
    expect(await frame.locator('body').textContent()).not.toMatch(/ran/)
    expect(await ada.page.title()).not.toBe('owned')
    await frame.getByRole('link', { name: 'More' }).click()
    await ada.page.getByText('404').waitFor()
    // The browser tells of each thing that it kept the page from.
    ada.person.forgive(/Content Security Policy|form's frame is sandboxed/)
    expect(new URL(ada.page.url()).hash).toBe(`#/browse/${bob.key}/%2Fmore`)
  })

  test('a web site behind `snek expose` is browsed, with its styles and pictures', async () => {
    const relay = await stage.relay()
    const demo = await serveDemo()
    onTestFinished(() => demo[Symbol.asyncDispose]())
    const service = await startExpose(demo.origin, relay.uri)
    onTestFinished(() => service.kill())
    const person = await stage.person()
    const page = await person.open()
    await person.startNode(page, relay.uri)
    await person.go(page, `browse/${service.key}`)
    const frame = page.frameLocator('.strangers-page')
    await frame.getByRole('heading', { name: 'An ordinary web server' }).waitFor()
    await expect
      .poll(() => frame.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBeGreaterThan(0)
    await expect
      .poll(() => frame.locator('body').evaluate((body) => getComputedStyle(body).maxWidth))
      .toBe('640px')
    await frame.getByRole('link', { name: 'How it got here' }).click()
    await frame.getByRole('heading', { name: 'How it got here' }).waitFor()
    await page.goBack()
    await frame.getByRole('heading', { name: 'An ordinary web server' }).waitFor()
  })

  test('a link adds a contact, with the peer to reach it by', async () => {
    const relay = await stage.relay()
    const ada = await stage.person()
    const adaPage = await ada.open()
    const key = await ada.startNode(adaPage, relay.uri)
    await adaPage.getByRole('button', { name: 'Share' }).click()
    await adaPage.getByRole('img', { name: 'QR code of the link' }).waitFor()
    const link = (await adaPage.locator('.share code').textContent()) ?? ''
    const bob = await stage.person()
    const bobPage = await bob.open()
    await bob.startNode(bobPage)
    await bobPage.goto(link)
    await bobPage.getByLabel('Name, for yourself').fill('Ada')
    await bobPage.getByRole('button', { name: 'Add', exact: true }).click()
    await bobPage.locator('.conversation-head', { hasText: 'online' }).waitFor()
    expect(bobPage.url()).toContain(key)
  })
}
