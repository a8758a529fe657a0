import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Stage } from './stage.ts'

/** What the page keeps under a name. */
function stored(page: Page, name: string): Promise<unknown> {
  return page.evaluate(
    (entry) =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('snek')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const getting = opening.result.transaction('node').objectStore('node').get(entry)
          getting.onsuccess = () => {
            opening.result.close()
            resolve(getting.result === undefined ? undefined : JSON.parse(JSON.stringify(getting.result)))
          }
        }
      }),
    name,
  )
}

/** Overwrites the identity with something that isn't one. */
function damage(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('snek')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('node', 'readwrite')
          transaction.objectStore('node').put({ seed: 'rotten' }, 'identity')
          transaction.oncomplete = () => {
            opening.result.close()
            resolve()
          }
        }
      }),
  )
}

export function identityTests(stage: Stage): void {
  test('is made with one click and kept over a reload', async () => {
    const person = await stage.person()
    const page = await person.open()
    const key = await person.startNode(page)
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    await page.reload()
    await page.locator('.identity').waitFor()
    expect(await person.key(page)).toBe(key)
    expect(JSON.stringify(await stored(page, 'identity'))).not.toContain('seed":"')
  })

  test('is exported, forgotten and imported again', async () => {
    const person = await stage.person()
    const page = await person.open()
    const key = await person.startNode(page)
    await page.getByRole('button', { name: 'Export' }).click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save the key file' }).click()
    const download = await downloading
    const seed = await readFile(await download.path(), 'utf8')
    expect(seed).toMatch(/^[0-9a-f]{64}\n$/)
    expect(download.suggestedFilename()).toBe(`snek-${key.slice(0, 8)}.key`)

    await page.getByRole('button', { name: 'Forget' }).click()
    await page.getByLabel('I have exported the key').check()
    await page.getByRole('button', { name: 'Forget the key' }).click()
    await page.getByRole('button', { name: 'Start a node' }).waitFor()
    expect(await stored(page, 'identity')).toBeUndefined()

    await page.getByRole('button', { name: 'I have a key already' }).click()
    await page.getByLabel('Key file’s content').fill('not a key')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('That is no key file').waitFor()
    await page
      .getByLabel('Or the file')
      .setInputFiles({ name: 'k', mimeType: 'text/plain', buffer: Buffer.from(seed) })
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.locator('.identity').waitFor()
    expect(await person.key(page)).toBe(key)
  })

  test('that is damaged is explained, and put aside rather than lost', async () => {
    const person = await stage.person()
    const page = await person.open()
    const key = await person.startNode(page)
    await damage(page)
    await page.reload()
    await page.getByRole('heading', { name: 'The key can’t be read' }).waitFor()
    expect(await stored(page, 'identity')).toEqual({ seed: 'rotten' })
    await page.getByRole('button', { name: 'Start anew' }).click()
    await page.locator('.identity').waitFor()
    expect(await person.key(page)).not.toBe(key)
    const names = await page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const opening = indexedDB.open('snek')
          opening.onsuccess = () => {
            const getting = opening.result.transaction('node').objectStore('node').getAllKeys()
            getting.onsuccess = () => resolve(getting.result.map(String))
          }
        }),
    )
    expect(names.filter((name) => name.startsWith('identity until '))).toHaveLength(1)
  })

  test('a tab that sleeps doesn’t keep the others from the node', async () => {
    const person = await stage.person()
    const first = await person.open()
    const key = await person.startNode(first)
    const second = await person.open('node')
    expect(await person.key(second)).toBe(key)
    const devtools = await person.context.newCDPSession(first)
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
    await second.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await second.getByRole('textbox', { name: 'Your page' }).fill('Awake')
    await second.getByRole('button', { name: 'Publish' }).click()
    await second.getByText('published', { exact: true }).waitFor()
    await devtools.send('Page.setWebLifecycleState', { state: 'active' })
    await first.getByText('published', { exact: true }).waitFor()
    expect(await person.key(first)).toBe(key)
  })

  test('the tab that ran the node crashes, and the next one runs it', async () => {
    const person = await stage.person()
    const relay = await stage.relay()
    const first = await person.open()
    const key = await person.startNode(first, relay.uri)
    const second = await person.open('node')
    await second.getByText(/^connected to/).waitFor()
    const crashed = new Promise((resolve) => first.once('crash', resolve))
    // What made it crash can't be answered by it.
    first.goto('chrome://crash').catch(() => undefined)
    await crashed
    await second.getByRole('textbox', { name: 'Your page' }).fill('Hello')
    await second.getByRole('button', { name: 'Publish' }).click()
    await second.getByText('published', { exact: true }).waitFor()
    await second.getByText(/^connected to/).waitFor()
    expect(await person.key(second)).toBe(key)
  })

  test('several tabs share one node, and it outlives the tab that ran it', async () => {
    const person = await stage.person()
    const relay = await stage.relay()
    const first = await person.open()
    const key = await person.startNode(first, relay.uri)
    const second = await person.open('node')
    expect(await person.key(second)).toBe(key)
    await second.getByText(/^connected to/).waitFor()
    await second.getByRole('textbox', { name: 'Your page' }).fill('Hello')
    await second.getByRole('button', { name: 'Publish' }).click()
    await first.getByText('published', { exact: true }).waitFor()
    await first.close()
    await second.getByText(/^connected to/).waitFor()
    await second.getByRole('button', { name: `Remove ${relay.uri}` }).click()
    await second.getByText('not connected').waitFor()
  })
}
