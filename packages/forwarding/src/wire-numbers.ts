// The flat lists of numbers in which wire values cross the WASM boundary; their layout is described in
// crates/forward-wasm/src/wire.rs.
import { type Coordinates, Key, type Root, type Watermark } from '@snek/wire'

const KEY_WORDS = 4
const WORD_LENGTH = 8

/** Takes fields off the front of a list. The lists come from our own WASM, so they are complete. */
export class NumberReader {
  readonly #numbers: BigUint64Array
  #position: number

  constructor(numbers: BigUint64Array, position: number) {
    this.#numbers = numbers
    this.#position = position
  }

  get done(): boolean {
    return this.#position >= this.#numbers.length
  }

  big(): bigint {
    const value = this.#numbers[this.#position]
    if (value === undefined) throw new RangeError('the list of numbers is too short')
    this.#position += 1
    return value
  }

  number(): number {
    return Number(this.big())
  }

  key(): Key {
    const bytes = new Uint8Array(KEY_WORDS * WORD_LENGTH)
    const view = new DataView(bytes.buffer)
    for (let at = 0; at < bytes.length; at += WORD_LENGTH) view.setBigUint64(at, this.big())
    return Key.from(bytes)
  }

  root(): Root {
    return { key: this.key(), sequence: this.big() }
  }

  watermark(): Watermark {
    return this.root()
  }

  coordinates(): Coordinates {
    return Array.from({ length: this.number() }, () => this.big())
  }
}

export function keyNumbers(key: Key): bigint[] {
  const view = new DataView(key.toBytes().buffer)
  return Array.from({ length: KEY_WORDS }, (_, word) => view.getBigUint64(word * WORD_LENGTH))
}

export function rootNumbers(root: Root | Watermark): bigint[] {
  return [...keyNumbers(root.key), root.sequence]
}

export function coordinatesNumbers(coordinates: Coordinates): bigint[] {
  return [BigInt(coordinates.length), ...coordinates]
}
