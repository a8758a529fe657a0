// Views of WASM memory. They die when the memory grows, which any call may make it do; so they are asked for
// anew each time, and nobody else holds one.

export class WasmMemory {
  readonly #memory: { readonly buffer: ArrayBuffer }
  #bytes = new Uint8Array()
  #integers = new Uint32Array()
  #floats = new Float64Array()

  constructor(memory: { readonly buffer: ArrayBuffer }) {
    this.#memory = memory
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    this.#refresh()
    return this.#bytes
  }

  /** The 32-bit integer at an address. */
  integer(address: number): number {
    this.#refresh()
    return this.#integers[address / Uint32Array.BYTES_PER_ELEMENT] as number
  }

  /** The 64-bit float at an address. */
  float(address: number): number {
    this.#refresh()
    return this.#floats[address / Float64Array.BYTES_PER_ELEMENT] as number
  }

  /** A copy of so many 64-bit floats. */
  floats(address: number, count: number): Float64Array {
    this.#refresh()
    const start = address / Float64Array.BYTES_PER_ELEMENT
    return this.#floats.slice(start, start + count)
  }

  /** A copy. */
  copy(address: number, length: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(address, address + length)
  }

  #refresh(): void {
    // A view of memory that has grown is empty.
    if (this.#bytes.length > 0) return
    this.#bytes = new Uint8Array(this.#memory.buffer)
    this.#integers = new Uint32Array(this.#memory.buffer)
    this.#floats = new Float64Array(this.#memory.buffer)
  }
}
