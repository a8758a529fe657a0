// Bytes in and out of WASM memory. A view of it dies when the memory grows, which any call may make it do;
// so views are asked for anew each time, and nobody else holds one.
import { type Coordinates, decodeCoordinates, KEY_LENGTH, Key } from '@snek/wire'
import { Scratch } from '../wasm/snek_forward_wasm.js'
import { KnownKeys } from './known-keys.ts'

/** The memory of an instance, and the scratch that its calls share. */
export class WasmMemory {
  readonly scratch: Scratch = new Scratch()
  /** The longest input of a call, in bytes. */
  readonly maxChunk: number = Scratch.maxChunk()
  /** The address of a call's input, and of some calls' answers. */
  readonly chunk: number = this.scratch.chunkAddress()
  readonly knownKeys: KnownKeys = new KnownKeys()
  readonly #memory: { readonly buffer: ArrayBuffer }
  #bytes = new Uint8Array()
  #view = new DataView(new ArrayBuffer(0))
  #numbers = new Uint32Array()
  #loan: Uint8Array | undefined

  constructor(memory: { readonly buffer: ArrayBuffer }) {
    this.#memory = memory
  }

  get bytes(): Uint8Array {
    this.#refresh()
    return this.#bytes
  }

  get view(): DataView {
    this.#refresh()
    return this.#view
  }

  /**
   * Makes bytes the input, from an offset on. Throws a RangeError where they would go over its end: beyond
   * lies what isn't ours.
   */
  put(bytes: Uint8Array, offset = 0): void {
    if (offset + bytes.length > this.maxChunk)
      throw new RangeError(`more than ${this.maxChunk} bytes of input`)
    this.bytes.set(bytes, this.chunk + offset)
  }

  /** Makes a key the `index`th of the input. */
  putKey(key: Key, index = 0): void {
    key.copyTo(this.bytes, this.chunk + index * KEY_LENGTH)
  }

  /** A copy of the last call's events: `count` numbers. */
  events(count: number): Uint32Array {
    const start = this.scratch.eventsAddress() / Uint32Array.BYTES_PER_ELEMENT
    this.#refresh()
    return this.#numbers.slice(start, start + count)
  }

  /** What lies there, until the next call. */
  read(start: number, length: number): Uint8Array {
    return this.bytes.subarray(start, start + length)
  }

  /** Lends room for copies to `use`, who may come back for more. Afterwards it is used again. */
  lend(length: number, use: (loan: Uint8Array) => void): void {
    const last = this.#loan
    this.#loan = undefined
    const loan = last !== undefined && last.length >= length ? last : new Uint8Array(length)
    try {
      use(loan)
    } finally {
      this.#loan = loan
    }
  }

  #refresh(): void {
    // A view of memory that has grown is empty.
    if (this.#bytes.length > 0) return
    this.#bytes = new Uint8Array(this.#memory.buffer)
    this.#view = new DataView(this.#memory.buffer)
    this.#numbers = new Uint32Array(this.#memory.buffer)
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

  /** `known`: where to look for it before it is made. */
  key(known?: KnownKeys): Key {
    const start = this.#offset
    this.#offset += KEY_LENGTH
    return known?.at(this.#bytes, start) ?? Key.from(this.#bytes.subarray(start, this.#offset))
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

/** The keys of a list of them, made as they are asked for: there may be very many. */
export function* readKeys(bytes: Uint8Array): Generator<Key> {
  const reader = new RecordReader(bytes)
  while (!reader.done) yield reader.key()
}
