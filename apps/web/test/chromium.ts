// A real Chromium, and pages in it that are told on when they complain.
import { existsSync } from 'node:fs'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'

const CANDIDATES = [
  process.env['SNEK_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** How long a test waits for any one thing in a page, in milliseconds. */
export const PATIENCE = 30_000

export function launchChromium(): Promise<Browser> {
  const executablePath = CANDIDATES.find((path) => path !== undefined && existsSync(path))
  if (executablePath === undefined) {
    throw new Error(
      'There is no Chromium. Debian: apt-get install chromium. Elsewhere, set SNEK_CHROMIUM to its path.',
    )
  }
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    // Names of addresses on this machine need multicast, which test machines rarely have.
    '--disable-features=WebRtcHideLocalIpsWithMdns',
  ]
  return chromium.launch({ executablePath, args })
}

/** One person's browser, with what it keeps. */
export class Person {
  readonly context: BrowserContext
  readonly complaints: string[] = []
  readonly #url: string

  private constructor(context: BrowserContext, url: string) {
    this.context = context
    this.#url = url
  }

  static async create(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    context.setDefaultTimeout(PATIENCE)
    return new Person(context, url)
  }

  /** Forgets complaints that the test is about. */
  forgive(pattern: RegExp): void {
    const others = this.complaints.filter((text) => !pattern.test(text))
    this.complaints.splice(0, this.complaints.length, ...others)
  }

  /** A new tab. `path` is what follows `#/`. */
  async open(path = ''): Promise<Page> {
    const page = await this.context.newPage()
    page.on('pageerror', (error) => this.complaints.push(`uncaught: ${error.message}`))
    page.on('console', (message) => {
      // That a peer can't be reached is said by the browser, and can't be helped.
      if (message.type() === 'error' && !/WebSocket connection to/.test(message.text())) {
        this.complaints.push(message.text())
      }
    })
    await page.goto(`${this.#url}#/${path}`)
    return page
  }

  /** Goes to another place of the page. */
  async go(page: Page, path: string): Promise<void> {
    await page.goto(`${this.#url}#/${path}`)
  }

  /** Starts a node, and connects it. Gives its key. */
  async startNode(page: Page, peer?: string): Promise<string> {
    await this.go(page, 'node')
    await page.getByRole('button', { name: 'Start a node' }).click()
    if (peer !== undefined) await this.connect(page, peer)
    return this.key(page)
  }

  async key(page: Page): Promise<string> {
    await this.go(page, 'node')
    return (await page.locator('.identity code').textContent()) ?? ''
  }

  async connect(page: Page, peer: string): Promise<void> {
    await page.getByLabel('Address of a peer').fill(peer)
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByText(/^connected to/).waitFor()
  }

  async addContact(page: Page, key: string, name: string): Promise<void> {
    await this.go(page, 'contacts')
    await page.getByRole('button', { name: 'Add a contact' }).first().click()
    await page.getByLabel('Key, or the link').fill(key)
    await page.getByLabel('Name, for yourself').fill(name)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('heading', { name }).waitFor()
  }

  async say(page: Page, text: string): Promise<void> {
    await page.getByLabel('Message').fill(text)
    await page.getByLabel('Message').press('Enter')
  }
}
