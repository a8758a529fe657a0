// Datagrams come in runs from the same nodes; their keys needn't be made anew for each.
import { KEY_LENGTH, Key } from '@snek/wire'

const SLOTS = 64

/** The latest key for each of 64 values of a key's last byte. */
export class SourceKeys {
  readonly #keys: (Key | undefined)[] = []

  /** The key at an offset. */
  at(bytes: Uint8Array, offset: number): Key {
    const slot = (bytes[offset + KEY_LENGTH - 1] as number) % SLOTS
    const last = this.#keys[slot]
    if (last?.equalsBytes(bytes, offset)) return last
    const key = Key.from(bytes.subarray(offset, offset + KEY_LENGTH))
    this.#keys[slot] = key
    return key
  }
}
