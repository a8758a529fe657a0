// What a test of the page plays on: it makes people, relays and servers, and ends them with the test.
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { Person } from './chromium.ts'
import { type Relay, type RelayOptions, type Site, startRelay } from './site.ts'

export interface Stage {
  readonly site: Site
  readonly browser: Browser
  /** A browser of its own. At the end of the test it must have had nothing to complain of. */
  person(options?: BrowserContextOptions): Promise<Person>
  relay(options?: RelayOptions): Promise<Relay>
}

export function stageOn(get: () => { site: Site; browser: Browser }): Stage {
  return {
    get site() {
      return get().site
    },
    get browser() {
      return get().browser
    },
    async person(options) {
      const { site, browser } = get()
      const person = await Person.create(browser, site.server.url, options)
      onTestFinished(async () => {
        await person.context.close()
        expect(person.complaints).toEqual([])
      })
      return person
    },
    async relay(options) {
      const relay = await startRelay(options)
      onTestFinished(() => relay.kill())
      return relay
    },
  }
}
