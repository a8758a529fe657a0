import { expect, test } from 'vitest'
import type { Stage } from './stage.ts'

export function relayingTests(stage: Stage): void {
  test('a direct link carries what others send', async () => {
    const [east, west] = [await stage.relay(), await stage.relay()]
    const [ada, bob, cid, dan] = [
      await stage.person(),
      await stage.person(),
      await stage.person(),
      await stage.person(),
    ]
    const [adaPage, bobPage, cidPage, danPage] = [
      await ada.open(),
      await bob.open(),
      await cid.open(),
      await dan.open(),
    ]
    // Ada and Bob meet in the east, and link directly; then Bob moves to the west.
    const adaKey = await ada.startNode(adaPage, east.uri)
    const bobKey = await bob.startNode(bobPage, east.uri)
    await ada.addContact(adaPage, bobKey, 'Bob')
    await bob.addContact(bobPage, adaKey, 'Ada')
    await bobPage.locator('.conversation-head', { hasText: 'linked directly' }).waitFor()
    await bob.go(bobPage, 'node')
    await bobPage.getByRole('button', { name: `Remove ${east.uri}` }).click()
    await bob.connect(bobPage, west.uri)
    // Cid in the west and Dan in the east have only the two between them.
    await cid.startNode(cidPage, west.uri)
    const danKey = await dan.startNode(danPage, east.uri)
    await danPage.getByRole('textbox', { name: 'Your page' }).fill('<h1>Dan, in the east</h1>')
    await danPage.getByRole('button', { name: 'Publish' }).click()
    const shown = cidPage.frameLocator('.strangers-page').getByRole('heading', { name: 'Dan, in the east' })
    await expect
      .poll(
        async () => {
          await cid.go(cidPage, `browse/${danKey}`)
          await cidPage.locator('.strangers-page, [role=alert]').first().waitFor()
          return shown.isVisible()
        },
        { timeout: 60_000, interval: 1000 }, // the network has to settle first
      )
      .toBe(true)
  })
}
