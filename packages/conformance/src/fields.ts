import { decodeHex, KEY_LENGTH, Key, type Root, SIGNATURE_LENGTH } from '@snek/wire'
import { Mismatch } from './mismatch.ts'

const HEX = /^[0-9a-f]*$/
const DECIMAL = /^(?:0|[1-9][0-9]*)$/
const MAX_U64 = 2n ** 64n - 1n
const SEED_LENGTH = 32
const SHOWN = 60

/**
 * The fields of a case. Each reader throws a Mismatch for a field that is missing or isn't of its kind, and
 * `finish` for fields that nobody asked for: what isn't understood can't be checked.
 */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>
  readonly #asked = new Set<string>(['comment'])
  readonly #within: Fields[] = []
  /** What comes before the names of the fields in messages. */
  readonly #path: string

  constructor(value: unknown, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Mismatch(path.slice(0, -1) || 'case', 'an object', describe(value))
    }
    this.#values = new Map(Object.entries(value))
    this.#path = path
  }

  /** Whether the field is there and not null. */
  isGiven(name: string): boolean {
    this.#asked.add(name)
    return (this.#values.get(name) ?? null) !== null
  }

  /** Whether the field is there and null. */
  isNull(name: string): boolean {
    this.#asked.add(name)
    return this.#values.get(name) === null
  }

  string(name: string): string {
    return this.#read(name, 'a string', (value) => (typeof value === 'string' ? value : undefined))
  }

  boolean(name: string): boolean {
    return this.#read(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined))
  }

  integer(name: string, lowest: number, highest: number): number {
    const kind = `a whole number from ${lowest} to ${highest}`
    return this.#read(name, kind, (value) =>
      Number.isInteger(value) && (value as number) >= lowest && (value as number) <= highest
        ? (value as number)
        : undefined,
    )
  }

  byte(name: string): number {
    return this.integer(name, 0, 0xff)
  }

  /** A number of 64 bits, as a decimal string. */
  decimal(name: string): bigint {
    return this.#read(name, 'a decimal string of 64 bits', toDecimal)
  }

  decimals(name: string): bigint[] {
    return this.#read(name, 'a list of decimal strings of 64 bits', (value) => toList(value, toDecimal))
  }

  bytes(name: string): Uint8Array {
    return this.#read(name, 'lower-case hex', toBytes)
  }

  bytesList(name: string): Uint8Array[] {
    return this.#read(name, 'a list of lower-case hex', (value) => toList(value, toBytes))
  }

  key(name: string): Key {
    return Key.from(this.#fixed(name, KEY_LENGTH))
  }

  seed(name: string): Uint8Array {
    return this.#fixed(name, SEED_LENGTH)
  }

  signature(name: string): Uint8Array {
    return this.#fixed(name, SIGNATURE_LENGTH)
  }

  root(keyName: string, sequenceName: string): Root {
    return { key: this.key(keyName), sequence: this.decimal(sequenceName) }
  }

  object(name: string): Fields {
    return this.#inner(
      name,
      this.#read(name, 'an object', (value) => value),
    )
  }

  objects(name: string): Fields[] {
    const list = this.#read(name, 'a list', (value) => (Array.isArray(value) ? value : undefined))
    return list.map((value, index) => this.#inner(`${name}[${index}]`, value))
  }

  /** Throws a Mismatch if there are fields, here or in objects within, that nobody asked for. */
  finish(): void {
    for (const inner of this.#within) inner.finish()
    for (const [name, value] of this.#values) {
      if (!this.#asked.has(name)) throw new Mismatch(this.#path + name, 'no such field', describe(value))
    }
  }

  #inner(name: string, value: unknown): Fields {
    const inner = new Fields(value, `${this.#path}${name}.`)
    this.#within.push(inner)
    return inner
  }

  #fixed(name: string, length: number): Uint8Array {
    return this.#read(name, `${length} bytes of lower-case hex`, (value) => {
      const bytes = toBytes(value)
      return bytes?.length === length ? bytes : undefined
    })
  }

  #read<T>(name: string, kind: string, convert: (value: unknown) => T | undefined): T {
    this.#asked.add(name)
    const value = this.#values.get(name)
    const converted = convert(value)
    if (converted === undefined) throw new Mismatch(this.#path + name, kind, describe(value))
    return converted
  }
}

function toDecimal(value: unknown): bigint | undefined {
  if (typeof value !== 'string' || !DECIMAL.test(value)) return undefined
  const number = BigInt(value)
  return number <= MAX_U64 ? number : undefined
}

function toBytes(value: unknown): Uint8Array | undefined {
  return typeof value === 'string' && HEX.test(value) ? decodeHex(value) : undefined
}

function toList<T>(value: unknown, convert: (value: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const converted = value.map(convert)
  return converted.every((item) => item !== undefined) ? (converted as T[]) : undefined
}

function describe(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
