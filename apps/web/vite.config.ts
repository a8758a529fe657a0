import { defineConfig } from 'vite'
import { contentSecurityPolicy } from './build/content-security-policy.ts'
import { extraScripts } from './build/extra-scripts.ts'
import { vectors } from './build/vectors.ts'

/** Conditions of package exports: the suite's sources, as a browser would have them. */
const conditions = ['@snek/source', 'browser', 'module', 'import', 'default']

export default defineConfig({
  base: './',
  resolve: { conditions },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  plugins: [contentSecurityPolicy(), vectors(), extraScripts()],
})
