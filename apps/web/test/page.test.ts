// The page in a real Chromium. One browser for all: it is the heaviest thing on the machine.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, vi } from 'vitest'
import { launchChromium } from './chromium.ts'
import { conformanceTests } from './conformance.ts'
import { identityTests } from './identity.ts'
import { keyboardTests } from './keyboard.ts'
import { networkTests } from './network.ts'
import { qualityTests } from './quality.ts'
import { relayingTests } from './relaying.ts'
import { resilienceTests } from './resilience.ts'
import { buildSite, type Site } from './site.ts'
import { stageOn } from './stage.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

let site: Site
let browser: Browser

beforeAll(async () => {
  site = await buildSite()
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await site?.[Symbol.asyncDispose]()
})

const stage = stageOn(() => ({ site, browser }))

describe('conformance', () => conformanceTests(stage))
describe('identity', () => identityTests(stage))
describe('network', () => networkTests(stage))
describe('relaying', () => relayingTests(stage))
describe('resilience', () => resilienceTests(stage))
describe('keyboard', () => keyboardTests(stage))
describe('quality', () => qualityTests(stage))
