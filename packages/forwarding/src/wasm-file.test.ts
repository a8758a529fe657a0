// What is in the .wasm: it can't panic but for want of memory, asks for nothing, and is small.
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

declare const WebAssembly: {
  Module: {
    new (bytes: Uint8Array): object
    imports(module: object): { module: string; name: string; kind: string }[]
  }
}

const bytes = new Uint8Array(await readFile(new URL('../wasm/snek_forward_wasm_bg.wasm', import.meta.url)))
const text = new TextDecoder('latin1').decode(bytes)

test('no code of ours panics', () => {
  // A panic says in which file it is: those left are Rust's own, in the allocator and for want of memory, and in the
  // lock around how to panic.
  const files = text.match(/[\w./-]+\.rs\b/g) ?? []
  const expected = [
    /^\/rust(c\/\w+)?\/library\/alloc\/src\/raw_vec\/mod\.rs$/,
    /^\/rust(c\/\w+)?\/library\/std\/src\/sys\/sync\/rwlock\/no_threads\.rs$/,
    /\/dlmalloc-[\d.]+\/src\/dlmalloc\.rs$/,
  ]
  expect(files.filter((file) => !expected.some((pattern) => pattern.test(file)))).toEqual([])
})

test.each([
  'index out of bounds',
  'out of range for slice',
  'should be <',
  'does not match destination slice length',
  'mid > len',
  '`Option::unwrap()`',
  '`Result::unwrap()`',
  'attempt to ',
  'entered unreachable code',
  'must be non-zero',
])('no panic says "%s"', (message) => {
  expect(text).not.toContain(message)
})

test('it asks for what its bindings need, and for nothing else', () => {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes))
  const names = imports.map(({ module, name }) => `${module} ${name.replace(/_[0-9a-f]{16}$/, '')}`)
  expect(names.toSorted()).toEqual([
    './snek_forward_wasm_bg.js __wbg___wbindgen_throw',
    './snek_forward_wasm_bg.js __wbindgen_generic',
    './snek_forward_wasm_bg.js __wbindgen_init_externref_table',
  ])
})

test('it takes less than 64 KiB on its way to a browser', () => {
  expect(gzipSync(bytes).length).toBeLessThan(64 * 1024)
})
