// Reads bytes field by field and notes where each lies, for showing them beside their hex. What is judged
// here is the structure alone; the codecs have the last word.
import { type Coordinates, decodeVaru64, encodeHex, Key, WireError } from '@snek/wire'

/** A field: its name, what it says, and its bytes from `start` up to `end`. */
export interface Field {
  readonly label: string
  readonly value: string
  readonly start: number
  readonly end: number
  readonly fields: readonly Field[]
}

export interface Layout {
  readonly fields: readonly Field[]
  /** Why reading stopped before the end, and at which byte. */
  readonly error: { readonly code: string; readonly offset: number } | undefined
}

/** Reads with `read` as far as it goes. */
export function layOut(bytes: Uint8Array, read: (reader: LayoutReader) => void): Layout {
  const reader = new LayoutReader(bytes, 0, bytes.length)
  try {
    read(reader)
    reader.finish()
    return { fields: reader.fields, error: undefined }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return { fields: reader.fields, error: { code: error.code, offset: error.offset } }
  }
}

export class LayoutReader {
  readonly fields: Field[] = []
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get atEnd(): boolean {
    return this.#at >= this.#end
  }

  get left(): number {
    return this.#end - this.#at
  }

  /** Reads the next `length` bytes, all of them, as fields of a field. */
  group(label: string, value: string, length: number, read: (reader: LayoutReader) => void): void {
    const start = this.#at
    this.#need(length)
    const inner = new LayoutReader(this.#bytes, start, start + length)
    this.fields.push({ label, value, start, end: start + length, fields: inner.fields })
    read(inner)
    inner.finish()
    this.#at = start + length
  }

  /** As `group`, or false and nothing is read. */
  tryGroup(label: string, length: number, read: (reader: LayoutReader) => void): boolean {
    const [start, count] = [this.#at, this.fields.length]
    try {
      this.group(label, `${length} bytes`, length, read)
      return true
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#at = start
      this.fields.length = count
      return false
    }
  }

  bytes(label: string, length: number, show: (bytes: Uint8Array) => string = shorten): Uint8Array {
    this.#need(length)
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    this.#add(label, show(bytes), length)
    return bytes
  }

  /** A big-endian number. */
  number(label: string, length: 1 | 2 | 4, show: (value: number) => string = String): number {
    let value = 0
    this.bytes(label, length, (bytes) => {
      for (const byte of bytes) value = value * 256 + byte
      return show(value)
    })
    return value
  }

  varu64(label: string): bigint {
    const { value, end } = decodeVaru64(this.#bytes.subarray(0, this.#end), this.#at)
    this.#add(label, String(value), end - this.#at)
    return value
  }

  key(label: string): void {
    this.bytes(label, 32, (bytes) => Key.from(bytes).short())
  }

  coordinates(label: string): Coordinates {
    const length = ((this.#bytes[this.#at] ?? 0) << 8) | (this.#bytes[this.#at + 1] ?? 0)
    this.#need(2)
    const ports: bigint[] = []
    this.group(label, '', 2 + length, (inner) => {
      inner.number('length', 2)
      while (!inner.atEnd) ports.push(inner.varu64('port'))
    })
    const field = this.fields.pop() as Field
    this.fields.push({ ...field, value: ports.length === 0 ? 'not given' : ports.join(' ') })
    return ports
  }

  rest(label: string): void {
    if (!this.atEnd) this.bytes(label, this.left)
  }

  fail(code: WireError['code'], offset: number): never {
    throw new WireError(code, offset)
  }

  finish(): void {
    if (!this.atEnd) throw new WireError('trailing-bytes', this.#at)
  }

  #need(length: number): void {
    if (this.#at + length > this.#end) throw new WireError('truncated', this.#at)
  }

  #add(label: string, value: string, length: number): void {
    this.fields.push({ label, value, start: this.#at, end: this.#at + length, fields: [] })
    this.#at += length
  }
}

const SHOWN = 12

function shorten(bytes: Uint8Array): string {
  if (bytes.length <= SHOWN) return encodeHex(bytes)
  return `${encodeHex(bytes.subarray(0, SHOWN / 2))}… ${bytes.length} bytes`
}
