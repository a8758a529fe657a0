// Wherever the .wasm comes from, it is loaded once.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Key } from '@snek/wire'
import { beforeEach, expect, test, vi } from 'vitest'

const url = new URL('../wasm/snek_forward_wasm_bg.wasm', import.meta.url)
const bytes = new Uint8Array(await readFile(url))
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { compile(bytes: Uint8Array): Promise<object> }
}

let load: typeof import('./load.ts').loadForwarding

beforeEach(async () => {
  vi.resetModules()
  load = (await import('./load.ts')).loadForwarding
})

async function works(loading: ReturnType<typeof load>): Promise<void> {
  const plane = (await loading).createPlane({ key: Key.from(new Uint8Array(32)) })
  expect(plane.routes()).toEqual([])
  plane.close()
}

const response = (type: string, status = 200): Response =>
  new Response(bytes, { status, headers: { 'content-type': type } })

test.each([
  ['the package', () => undefined],
  ['a file', () => url],
  ['bytes', () => bytes],
  ['a module', () => WebAssembly.compile(bytes)],
  ['a response', () => response('application/wasm')],
  ['a response of another type', () => response('application/octet-stream')],
])('from %s', async (_, source) => {
  await works(load(await source()))
})

test('over HTTP', async () => {
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'application/wasm').end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await works(load(new URL(`http://127.0.0.1:${port}/forwarding.wasm`)))
  await new Promise((resolve) => server.close(resolve))
})

test('once, even if asked twice', async () => {
  const [first, second] = await Promise.all([load(), load(bytes)])
  expect(second).toBe(first)
})

test('again after a failure', async () => {
  await expect(load(response('text/html', 404))).rejects.toThrow('404')
  await expect(load(Uint8Array.of(1, 2, 3))).rejects.toThrow('WebAssembly')
  await works(load(bytes))
})
