// Keys come out of WASM memory in runs of the same few; they needn't be made anew each time.
import { KEY_LENGTH, Key } from '@snek/wire'

const SLOTS = 64

/** The latest key for each of 64 values of a key's last byte. */
export class KnownKeys {
  readonly #keys: Key[] = []
  readonly #bytes = new Uint8Array(SLOTS * KEY_LENGTH)

  /** The key at an offset. */
  at(bytes: Uint8Array, offset: number): Key {
    const slot = (bytes[offset + KEY_LENGTH - 1] as number) % SLOTS
    const known = this.#keys[slot]
    const start = slot * KEY_LENGTH
    if (known !== undefined && this.#isAt(start, bytes, offset)) return known
    const key = Key.from(bytes.subarray(offset, offset + KEY_LENGTH))
    key.copyTo(this.#bytes, start)
    this.#keys[slot] = key
    return key
  }

  #isAt(start: number, bytes: Uint8Array, offset: number): boolean {
    for (let at = 0; at < KEY_LENGTH; at += 1) {
      if (this.#bytes[start + at] !== bytes[offset + at]) return false
    }
    return true
  }
}
