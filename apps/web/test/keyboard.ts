// The page without a mouse: everything that can be used is reached by Tab, in order and seen to be, and used by keys.
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Stage } from './stage.ts'

const NOBODY = 'cd'.repeat(32)

/** The most that a view has to be tabbed through. */
const STEPS = 400

interface Walk {
  /** What can be used, as the page has it. */
  readonly usable: readonly string[]
  /** Those of them that Tab came by, in turn. */
  readonly visited: readonly string[]
  /** Where one couldn't see that the focus was there. */
  readonly unseen: readonly string[]
  /** What looks as if it could be clicked and isn't for keys. */
  readonly mouseOnly: readonly string[]
}

/** Numbers what can be used, so that it can be told again. */
function number(page: Page): Promise<{ usable: string[]; mouseOnly: string[] }> {
  return page.evaluate(() => {
    const USABLE = 'a[href], button, input, textarea, select, summary, [tabindex]'
    const isVisible = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true })
    const usable: string[] = []
    for (const element of document.querySelectorAll<HTMLElement>(USABLE)) {
      if (element.tabIndex < 0 || element.matches(':disabled') || !isVisible(element)) continue
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30) ?? ''
      element.dataset['walk'] = `${usable.length} ${element.localName} ${name}`
      usable.push(element.dataset['walk'])
    }
    const mouseOnly = [...document.querySelectorAll('main *')]
      .filter((element) => getComputedStyle(element).cursor === 'pointer' && isVisible(element))
      .filter((element) => element.closest('a, button, label, input, summary, [role=treeitem]') === null)
      .map(({ outerHTML }) => outerHTML.slice(0, 80))
    return { usable, mouseOnly }
  })
}

async function walk(page: Page): Promise<Walk> {
  const { usable, mouseOnly } = await number(page)
  await page.evaluate(() => {
    ;(document.activeElement as HTMLElement | null)?.blur()
  })
  const visited: string[] = []
  const unseen: string[] = []
  for (let step = 0; step < STEPS && visited.length < usable.length; step++) {
    await page.keyboard.press('Tab')
    const { name, seen } = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      return {
        name: element.dataset['walk'],
        seen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0,
      }
    })
    if (name === undefined) continue
    if (visited.includes(name)) break
    visited.push(name)
    if (!seen) unseen.push(name)
  }
  return { usable, visited, unseen, mouseOnly }
}

async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let step = 0; step < STEPS; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab doesn't lead to ${target}`)
}

async function use(page: Page, target: Locator, key: 'Enter' | 'Space'): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

export function keyboardTests(stage: Stage): void {
  test('Tab leads through each view, to everything in it', async () => {
    const relay = await stage.relay()
    const person = await stage.person()
    const page = await person.open('node')
    await page.getByRole('button', { name: 'Start a node' }).waitFor()
    const check = async (name: string): Promise<void> => {
      const { usable, visited, unseen, mouseOnly } = await walk(page)
      // Tab goes on from where one was last.
      const start = usable.indexOf(visited[0] ?? '')
      expect(visited, name).toEqual([...usable.slice(start), ...usable.slice(0, start)])
      expect({ unseen, mouseOnly }, name).toEqual({ unseen: [], mouseOnly: [] })
    }
    await check('welcome')
    await person.startNode(page, relay.uri)
    await person.addContact(page, NOBODY, 'Nobody')
    await person.say(page, 'Hello?')
    for (const [path, sign] of [
      ['node', '.peer'],
      ['contacts', '.person'],
      [`contacts/${NOBODY}`, '.bubble'],
      ['browse', '.empty'],
      ['network', '.counters'],
      ['conformance', '.file-row'],
      ['conformance/frames.json', '.case-row'],
      ['conformance/frames.json/4', '.tree-item'],
    ] as const) {
      await person.go(page, path)
      await page.locator(sign).first().waitFor()
      if (path.startsWith('conformance')) {
        await page.waitForFunction(() => /^\d+ passed, \d+ failed · /.test(document.title))
      }
      await check(path)
    }
  })

  test('a node is started, connected, shared and talked with by keys alone', async () => {
    const relay = await stage.relay()
    const person = await stage.person()
    const page = await person.open('node')
    const places = page.getByRole('navigation')
    await use(page, page.getByRole('button', { name: 'Start a node' }), 'Enter')
    await tabTo(page, page.getByLabel('Address of a peer'))
    await page.keyboard.type(relay.uri)
    await page.keyboard.press('Enter')
    await page.getByText(/^connected to/).waitFor()

    const dark = page.getByRole('button', { name: 'Dark' })
    await use(page, dark, 'Space')
    expect(await dark.getAttribute('aria-pressed')).toBe('true')

    const share = page.getByRole('button', { name: 'Share', exact: true })
    await use(page, share, 'Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await share.evaluate((element) => element === document.activeElement)).toBe(true)

    await use(page, page.getByText('Direct links across the Internet'), 'Space')
    await tabTo(page, page.getByLabel('STUN servers'))

    await tabTo(page, page.getByRole('textbox', { name: 'Your page' }))
    await page.keyboard.type('Typed')
    await use(page, page.getByRole('button', { name: 'Publish' }), 'Space')
    await page.getByText('published', { exact: true }).waitFor()

    await use(page, places.getByRole('link', { name: 'Contacts' }), 'Enter')
    await use(page, page.getByRole('button', { name: 'Add a contact' }).first(), 'Space')
    await tabTo(page, page.getByLabel('Key, or the link'))
    await page.keyboard.type(NOBODY)
    await tabTo(page, page.getByLabel('Name, for yourself'))
    await page.keyboard.type('Nobody')
    await page.keyboard.press('Enter')
    await tabTo(page, page.getByLabel('Message'))
    await page.keyboard.type('Hello?')
    await page.keyboard.press('Enter')
    await page.getByText('waits until they are online').waitFor()

    await use(page, places.getByRole('link', { name: 'Browse' }), 'Enter')
    await tabTo(page, page.getByLabel('Key, and a path'))
    await page.keyboard.type('not-a-key')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'is no key' }).waitFor()

    await use(page, places.getByRole('link', { name: 'Conformance' }), 'Enter')
    await use(page, page.getByRole('link', { name: /frames\.json/ }), 'Enter')
    const row = page.locator('.case-row').first()
    await use(page, row, 'Enter')
    await page.getByRole('treeitem').first().waitFor()
  })
}
