import { afterEach, expect, test, vi } from 'vitest'
import { hasFusedMultiplyAdd } from './relaxed-simd.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

type MulAdd = (a: number, b: number, c: number) => number

function stub(validates: boolean, mulAdd: MulAdd): void {
  const Instance = class {
    exports = { mulAdd }
  }
  vi.stubGlobal('WebAssembly', { validate: () => validates, Module: class {}, Instance })
}

test('an engine without relaxed SIMD has none', () => {
  stub(false, () => -(2 ** -60))
  expect(hasFusedMultiplyAdd()).toBe(false)
})

test('one that rounds the product has none', () => {
  stub(true, (a, b, c) => a * b + c)
  expect(hasFusedMultiplyAdd()).toBe(false)
})

test('one that rounds once has it', () => {
  stub(true, () => -(2 ** -60))
  expect(hasFusedMultiplyAdd()).toBe(true)
})

test('Node has relaxed SIMD, whatever the processor rounds', () => {
  const { validate, Module, Instance } = Reflect.get(globalThis, 'WebAssembly')
  const spy = vi.fn(validate)
  vi.stubGlobal('WebAssembly', { validate: spy, Module, Instance })
  hasFusedMultiplyAdd()
  expect(spy).toHaveReturnedWith(true)
})
