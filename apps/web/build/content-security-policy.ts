// What the page may load and run. As a meta element it goes wherever the files go; servers that can should
// send it as a header too.
import type { Plugin } from 'vite'

const DIRECTIVES: readonly string[] = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "manifest-src 'self'",
  "worker-src 'self'",
  "frame-src 'self'",
  // Peers may be anywhere.
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
]

/** For the header, which can say more than the meta element. */
export const CONTENT_SECURITY_POLICY: string = [...DIRECTIVES, "frame-ancestors 'self'"].join('; ')

export function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: DIRECTIVES.join('; ') },
        injectTo: 'head-prepend',
      },
    ],
  }
}
