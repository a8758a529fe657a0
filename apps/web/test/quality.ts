import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { BUDGET, weigh } from '../build/budget.ts'
import type { Stage } from './stage.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const NOBODY = 'cd'.repeat(32)

/** What axe finds that keeps people from using the page. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'))
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

export function qualityTests(stage: Stage): void {
  test('the page weighs less than its budget', async () => {
    const weights = await weigh(stage.site.directory)
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
    expect(total).toBeLessThan(BUDGET)
  })

  test.each(['light', 'dark'] as const)('axe finds nothing serious (%s)', async (colorScheme) => {
    const relay = await stage.relay()
    const person = await stage.person({ colorScheme })
    const page = await person.open('node')
    await page.getByRole('button', { name: 'Start a node' }).waitFor()
    expect(await findings(page)).toEqual([])
    await person.startNode(page, relay.uri)
    await person.addContact(page, NOBODY, 'Nobody')
    await person.say(page, 'Hello?')
    await page.getByText('waits until they are online').waitFor()
    for (const [path, sign] of [
      ['node', '.identity'],
      ['contacts', '.person'],
      [`contacts/${NOBODY}`, '.bubble'],
      ['browse', '.empty'],
      ['network', '.counters'],
      ['conformance', '.file-row'],
      ['conformance/frames.json/4', '.tree-item'],
      ['conformance/malformed.json/5', '.notice'],
    ] as const) {
      await person.go(page, path)
      await page.locator(sign).first().waitFor()
      expect(await findings(page), path).toEqual([])
    }
    await person.go(page, 'node')
    for (const name of ['Share', 'Export', 'Import', 'Forget']) {
      await page.getByRole('button', { name, exact: true }).click()
      await page.getByRole('dialog').waitFor()
      expect(await findings(page), name).toEqual([])
      await page.keyboard.press('Escape')
    }
  })

  test('everything is reached by keyboard, and on a phone nothing is cut off', async () => {
    const relay = await stage.relay()
    const person = await stage.person({ viewport: { width: 360, height: 740 } })
    const page = await person.open('node')
    await person.startNode(page, relay.uri)
    for (const place of ['Contacts', 'Browse', 'Network', 'Conformance', 'Node']) {
      await page.getByRole('link', { name: place }).focus()
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => document.activeElement?.id === 'main')
      expect(await page.evaluate(() => document.documentElement.scrollWidth), place).toBe(360)
    }
  })

  test('no script in the page runs, and nothing is loaded from elsewhere', async () => {
    const person = await stage.person()
    const page = await person.open('conformance')
    await page.waitForFunction(() => document.title.includes('passed'))
    const happened = await page.evaluate(async () => {
      const script = document.createElement('script')
      script.textContent = "document.body.dataset.ran = 'yes'"
      document.body.append(script)
      const image = new Image()
      const loading = new Promise((resolve) => {
        image.onload = () => resolve('loaded')
        image.onerror = () => resolve('blocked')
      })
      image.src = 'http://127.0.0.1:9/x.png'
      return { script: document.body.dataset['ran'], image: await loading }
    })
    expect(happened).toEqual({ script: undefined, image: 'blocked' })
    person.forgive(/Content Security Policy/)
  })
}
