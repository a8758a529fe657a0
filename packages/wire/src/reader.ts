import { WireError } from './errors.ts'
import { KEY_LENGTH, Key } from './key.ts'
import { decodeVaru64 } from './varu64.ts'

/** The length of an ed25519 signature in bytes. */
export const SIGNATURE_LENGTH = 64

/** Reads fields one after another and checks that they are all there; every error is at its field's start. */
export class Reader {
  readonly #bytes: Uint8Array
  #offset: number

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes
    this.#offset = offset
  }

  get offset(): number {
    return this.#offset
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length
  }

  /** A view of the next bytes. */
  take(length: number): Uint8Array {
    const end = this.#offset + length
    if (end > this.#bytes.length) throw new WireError('truncated', this.#offset)
    const field = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return field
  }

  u16(): number {
    const field = this.take(2)
    return ((field[0] as number) << 8) | (field[1] as number)
  }

  varu64(): bigint {
    const { value, end } = decodeVaru64(this.#bytes, this.#offset)
    this.#offset = end
    return value
  }

  key(): Key {
    return Key.from(this.take(KEY_LENGTH))
  }

  /** A key and a sequence: a root or a watermark. */
  sequencedKey(): { key: Key; sequence: bigint } {
    return { key: this.key(), sequence: this.varu64() }
  }

  /** A u16 length in bytes, then one varu64 a port; no port may run past the length. */
  coordinates(): bigint[] {
    const length = this.u16()
    const end = this.#offset + length
    if (end > this.#bytes.length) throw new WireError('truncated', this.#offset)
    const body = new Reader(this.#bytes.subarray(0, end), this.#offset)
    const ports: bigint[] = []
    while (!body.atEnd) ports.push(body.varu64())
    this.#offset = end
    return ports
  }

  /** The field that everything ends with. */
  last(length: number): Uint8Array {
    const field = this.take(length)
    this.finish()
    return field
  }

  /** Nothing may be left. */
  finish(): void {
    if (!this.atEnd) throw new WireError('trailing-bytes', this.#offset)
  }
}
