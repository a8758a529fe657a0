import type { ViteUserConfig } from 'vitest/config'

const conditions: string[] = ['@snek/source', 'node', 'import', 'module', 'default']

const config: ViteUserConfig = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'apps/*/{src,test}/**/*.test.ts', 'tooling/**/*.test.ts'],
  },
}

export default config
