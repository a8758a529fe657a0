// `npm run web:shots`: pictures of each view, in light, dark and phone width, with a small network behind them.
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { launchChromium, Person } from './chromium.ts'
import { buildSite, startRelay } from './site.ts'

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: {
    colorScheme: 'light',
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
  },
}

const HELLO = `<!doctype html><title>Bob</title><style>body{font:16px/1.6 sans-serif;margin:2rem}h1{color:#0c6b5c}</style>
<h1>Bob’s page</h1><p>Served from a browser, fetched by another.</p>`

const [, , directory = 'apps/web/shots'] = process.argv

await mkdir(directory, { recursive: true })
await using site = await buildSite()
const browser = await launchChromium()
const relay = await startRelay()
try {
  const bob = await Person.create(browser, site.server.url)
  const bobPage = await bob.open()
  const bobKey = await bob.startNode(bobPage, relay.uri)
  await bobPage.getByRole('textbox', { name: 'Your page' }).fill(HELLO)
  await bobPage.getByRole('button', { name: 'Publish' }).click()
  for (const [look, options] of Object.entries(LOOKS)) await shootAll(look, options, { bob, bobPage, bobKey })
} finally {
  await relay.kill()
  await browser.close()
}

interface Bob {
  readonly bob: Person
  readonly bobPage: Page
  readonly bobKey: string
}

async function shootAll(
  look: string,
  options: BrowserContextOptions,
  { bob, bobPage, bobKey }: Bob,
): Promise<void> {
  const person = await Person.create(browser, site.server.url, options)
  const page = await person.open('node')
  let count = 0
  const shoot = async (name: string, whole = true): Promise<void> => {
    count += 1
    await page.screenshot({ path: join(directory, `${look}-${count}-${name}.png`), fullPage: whole })
  }
  await page.getByRole('button', { name: 'Start a node' }).waitFor()
  await shoot('welcome')
  const key = await person.startNode(page, relay.uri)
  await person.addContact(page, bobKey, 'Bob')
  await bob.addContact(bobPage, key, `Ada, ${look}`)
  await page.locator('.conversation-head', { hasText: 'linked directly' }).waitFor()
  await person.say(page, 'Hello Bob! Here are the pictures.')
  await bobPage.getByText('Here are the pictures.').waitFor()
  await bob.say(
    bobPage,
    'Thank you. I am looking forward to them: send them all, and the one with the boat twice.',
  )
  await page.getByText('looking forward').waitFor()
  await page
    .getByLabel('Files to send')
    .setInputFiles({ name: 'boat.jpg', mimeType: '', buffer: randomBytes(400_000) })
  await bobPage.getByRole('button', { name: 'Accept' }).click()
  await page.getByText('arrived').waitFor()
  await bobPage
    .getByLabel('Files to send')
    .setInputFiles({ name: 'map.pdf', mimeType: '', buffer: randomBytes(90_000) })
  await page.getByRole('button', { name: 'Accept' }).waitFor()
  await shoot('conversation', false)
  await person.go(page, 'contacts')
  await shoot('contacts', false)
  await person.go(page, 'node')
  await page.locator('.neighbourhood').waitFor()
  await shoot('node')
  await page.getByRole('button', { name: 'Share' }).click()
  await shoot('share', false)
  await page.keyboard.press('Escape')
  await person.go(page, `browse/${bobKey}`)
  await page.frameLocator('.strangers-page').getByRole('heading').waitFor()
  await shoot('browse', false)
  await person.go(page, 'network')
  await page.locator('.session').first().waitFor()
  await shoot('network')
  await person.go(page, 'conformance')
  await page.waitForFunction(() => /^\d+ passed, \d+ failed · /.test(document.title))
  await shoot('conformance')
  await person.go(page, 'conformance/frames.json/4')
  await page.locator('.tree-item').first().hover()
  await shoot('case')
  await person.context.close()
}
