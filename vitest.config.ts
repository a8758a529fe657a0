import { playwright } from '@vitest/browser-playwright'
import type { TestProjectConfiguration, ViteUserConfig } from 'vitest/config'

const conditions: string[] = ['@snek/source', 'node', 'import', 'module', 'default']
const inBrowsers: string[] = ['@snek/source', 'browser', 'import', 'module', 'default']

/** Tests that ask nothing of Node run in a page, too. */
const chromium: TestProjectConfiguration = {
  resolve: { conditions: inBrowsers },
  test: {
    name: 'chromium',
    include: ['packages/sessions/test/*.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: 'chromium' }],
      provider: playwright({
        launchOptions: {
          executablePath: process.env['SNEK_CHROMIUM'] ?? '/usr/bin/chromium',
          args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
        },
      }),
    },
  },
}

const node: TestProjectConfiguration = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: 'node',
    include: ['packages/*/{src,test}/**/*.test.ts', 'apps/*/{src,test}/**/*.test.ts', 'tooling/**/*.test.ts'],
  },
}

const config: ViteUserConfig = { test: { projects: [node, chromium] } }

export default config
