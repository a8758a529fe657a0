// Bytes in and out of WASM memory. A view of it dies when the memory grows, which any call may make it do;
// so views are asked for anew each time, and nobody else holds one.
import { type Coordinates, decodeCoordinates, KEY_LENGTH, Key } from '@snek/wire'
import { Scratch } from '../wasm/snek_forward_wasm.js'

/** The memory of an instance, and the scratch that its calls share. */
export class WasmMemory {
  readonly scratch: Scratch = new Scratch()
  /** The longest input of a call, in bytes. */
  readonly maxChunk: number = Scratch.maxChunk()
  /** The address of a call's input, and of some calls' answers. */
  readonly chunk: number = this.scratch.chunkAddress()
  readonly #memory: { readonly buffer: ArrayBuffer }
  #bytes: Uint8Array
  #view: DataView

  constructor(memory: { readonly buffer: ArrayBuffer }) {
    this.#memory = memory
    this.#bytes = new Uint8Array(memory.buffer)
    this.#view = new DataView(memory.buffer)
  }

  get bytes(): Uint8Array {
    this.#refresh()
    return this.#bytes
  }

  get view(): DataView {
    this.#refresh()
    return this.#view
  }

  /** Makes a key the `index`th of the input. */
  putKey(key: Key, index = 0): void {
    key.copyTo(this.bytes, this.chunk + index * KEY_LENGTH)
  }

  /** The last call's events: `count` numbers, copied. */
  events(count: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, this.scratch.eventsAddress(), count).slice()
  }

  #refresh(): void {
    // A view of memory that has grown is empty.
    if (this.#bytes.length > 0) return
    this.#bytes = new Uint8Array(this.#memory.buffer)
    this.#view = new DataView(this.#memory.buffer)
  }
}

/** Reads the records that rarer calls answer with. */
export class RecordReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get done(): boolean {
    return this.#offset >= this.#bytes.length
  }

  key(): Key {
    const start = this.#offset
    this.#offset += KEY_LENGTH
    return Key.from(this.#bytes.subarray(start, this.#offset))
  }

  u64(): bigint {
    const value = this.#view.getBigUint64(this.#offset)
    this.#offset += 8
    return value
  }

  u8(): number {
    const value = this.#view.getUint8(this.#offset)
    this.#offset += 1
    return value
  }

  coordinates(): Coordinates {
    const { coordinates, end } = decodeCoordinates(this.#bytes, this.#offset)
    this.#offset = end
    return coordinates
  }
}

/** All keys of a list of them. */
export function readKeys(bytes: Uint8Array): Key[] {
  const reader = new RecordReader(bytes)
  const keys: Key[] = []
  while (!reader.done) keys.push(reader.key())
  return keys
}
