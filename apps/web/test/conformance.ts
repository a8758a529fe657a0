import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Stage } from './stage.ts'

/** For what the page shows a little later. */
const PATIENT = { timeout: 20_000 }

const DIRECTORY = new URL('../../../test-vectors/', import.meta.url)

function countCases(): number {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith('.json'))
    .reduce((sum, name) => sum + JSON.parse(readFileSync(new URL(name, DIRECTORY), 'utf8')).length, 0)
}

function file(name: string, text: string): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: 'application/json', buffer: Buffer.from(text) }
}

async function finished(page: Page): Promise<string> {
  await page.waitForFunction(() => /^\d+ passed, \d+ failed · /.test(document.title))
  return page.title()
}

export function conformanceTests(stage: Stage): void {
  test('all test vectors pass in the page', async () => {
    const person = await stage.person()
    const page = await person.open('conformance')
    expect(await finished(page)).toBe(`${countCases()} passed, 0 failed · snek`)
  })

  test('a case shows its fields over its bytes, by mouse and by keyboard', async () => {
    const person = await stage.person()
    const page = await person.open('conformance/frames.json/4')
    const magic = page.getByRole('treeitem', { name: /magic/ })
    await magic.hover()
    const marked = async (): Promise<string> => (await page.locator('.run.marked').allTextContents()).join('')
    await expect.poll(marked, PATIENT).toBe('70696e65')
    await magic.focus()
    await page.keyboard.press('ArrowDown')
    await expect.poll(marked, PATIENT).toBe('00')
    await page.locator('.run').first().hover()
    await page.locator('.tree-item.marked', { hasText: 'magic' }).waitFor()
  })

  test('files of one’s own run too, and bad ones are explained', async () => {
    const person = await stage.person()
    const page = await person.open('conformance')
    await finished(page)
    const total = countCases()
    const input = page.getByLabel('Vector files')
    await input.setInputFiles([file('varu64.json', '[{"value":"1","hex":"01"},{"value":"2","hex":"03"}]')])
    await page.waitForFunction((title) => document.title === title, `${total + 1} passed, 1 failed · snek`)
    await input.setInputFiles([file('photo.json', '\u0000\u0001 not JSON'), file('frames.json', '{"a":')])
    await page.waitForFunction((title) => document.title === title, `${total + 1} passed, 3 failed · snek`)

    await page.getByRole('link', { name: /added.*1 failed, 1 passed/ }).click()
    await page.getByRole('button', { name: 'failed 1' }).click()
    await page.getByRole('link', { name: '1 2' }).click()
    const outcome = page.getByRole('region', { name: 'What was computed' })
    await expect.poll(() => outcome.getByText('02', { exact: true }).count(), PATIENT).toBe(2)

    await person.go(page, 'conformance')
    await page.getByRole('link', { name: /photo.json/ }).click()
    await page.getByText('This isn’t a vector file.').waitFor()
  })

  test('the list of cases is filtered by words and outcome', async () => {
    const person = await stage.person()
    const page = await person.open('conformance/malformed.json')
    await finished(page)
    await page.getByLabel('Filter by words or number').fill('leading zero group')
    const rows = page.locator('.case-row')
    const others = rows.filter({ hasNotText: 'leading zero group' })
    await expect.poll(() => others.count(), PATIENT).toBe(0)
    expect(await rows.count()).toBeGreaterThan(0)
    await page.getByLabel('Filter by words or number').fill('no such words')
    await page.getByText('No such case.').waitFor()
  })
}
