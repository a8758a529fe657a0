// Whether this engine multiplies and adds in one rounding, which the faster verifier counts on. WebAssembly's relaxed SIMD
// leaves it open, so that a processor without such an instruction can round twice.

/** What is needed of the WebAssembly API, which TypeScript declares only with all of a browser's. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { exports: { mulAdd(a: number, b: number, c: number): number } }
}

/** A module that exports `mulAdd`: the first lane of f64x2.relaxed_madd of its three arguments. */
const MODULE = Uint8Array.from([
  // Magic and version; the type (f64, f64, f64) -> f64; one function of it; its export.
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 1, 0x60, 3, 0x7c, 0x7c, 0x7c, 1, 0x7c, 3, 2, 1, 0],
  ...[7, 10, 1, 6, 0x6d, 0x75, 0x6c, 0x41, 0x64, 0x64, 0, 0],
  // Its code: for each argument local.get and f64x2.splat.
  ...[10, 22, 1, 20, 0, 0x20, 0, 0xfd, 0x14, 0x20, 1, 0xfd, 0x14, 0x20, 2, 0xfd, 0x14],
  // f64x2.relaxed_madd, f64x2.extract_lane 0, end.
  ...[0xfd, 0x87, 2, 0xfd, 0x21, 0, 0x0b],
])

export function hasFusedMultiplyAdd(): boolean {
  if (!WebAssembly.validate(MODULE)) return false
  const { mulAdd } = new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports
  // (1 + e)(1 - e) - 1 is -e², of which nothing is left if the product is rounded.
  const e = 2 ** -30
  return mulAdd(1 + e, 1 - e, -1) === -(e ** 2)
}
