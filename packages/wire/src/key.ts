import { decodeBase32, encodeBase32 } from './base32.ts'
import { WireError } from './errors.ts'
import { decodeHex, encodeHex } from './hex.ts'

/** The length of a key in bytes. */
export const KEY_LENGTH = 32

const HEX_LENGTH = 2 * KEY_LENGTH
const BASE32_LENGTH = 52
const SHORT_LENGTH = 8
const SUFFIX = /\.snek$/i

let bytesOf: (key: Key) => Uint8Array

/** A node's ed25519 public key: a value, which never changes. Equal bytes are equal keys. */
export class Key {
  static {
    bytesOf = (key) => key.#bytes
  }

  /** 64 lower-case hex digits; good as a key of a Map. */
  readonly hex: string
  readonly #bytes: Uint8Array

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.hex = encodeHex(bytes)
    Object.freeze(this)
  }

  /**
   * From text: 64 hex digits, or 52 characters of base32, to which `.snek` may be appended. Throws a
   * WireError `bad-key` for anything else.
   */
  static parse(text: string): Key {
    const bytes = text.length === HEX_LENGTH ? decodeHex(text) : parseBase32(text)
    if (bytes === undefined) throw new WireError('bad-key', 0)
    return new Key(bytes)
  }

  /** A copy of 32 bytes. Throws a WireError `bad-key` for another number of bytes. */
  static from(bytes: Uint8Array): Key {
    if (bytes.length !== KEY_LENGTH) throw new WireError('bad-key', 0)
    return new Key(Uint8Array.from(bytes))
  }

  toString(): string {
    return this.hex
  }

  toJSON(): string {
    return this.hex
  }

  /** 52 lower-case characters of base32 (RFC 4648, no padding). */
  toBase32(): string {
    return encodeBase32(this.#bytes)
  }

  /** The first 8 hex digits, for people. */
  short(): string {
    return this.hex.slice(0, SHORT_LENGTH)
  }

  equals(other: Key): boolean {
    return this.hex === other.hex
  }

  /** Whether the 32 bytes at `offset` are this key's. */
  equalsBytes(bytes: Uint8Array, offset = 0): boolean {
    return this.#bytes.every((byte, at) => byte === bytes[offset + at])
  }

  /** A copy of the bytes. */
  toBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  /** Writes the 32 bytes into `target`. */
  copyTo(target: Uint8Array, offset: number): void {
    target.set(this.#bytes, offset)
  }
}

/** Below, at or above 0 as `a` is below, equal to or above `b`: the order of keys as byte strings. */
export function compareKeys(a: Key, b: Key): number {
  const ours = bytesOf(a)
  const theirs = bytesOf(b)
  for (let at = 0; at < KEY_LENGTH; at += 1) {
    const difference = (ours[at] as number) - (theirs[at] as number)
    if (difference !== 0) return difference
  }
  return 0
}

function parseBase32(text: string): Uint8Array | undefined {
  const characters = text.replace(SUFFIX, '')
  return characters.length === BASE32_LENGTH ? decodeBase32(characters) : undefined
}
