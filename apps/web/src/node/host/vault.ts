// The identity, in IndexedDB: the seed sealed by a key that the browser doesn't hand out.
import { createIdentity, type Identity, SEED_LENGTH } from '@snek/identity'
import { decodeHex, Key } from '@snek/wire'
import { HostError } from './errors.ts'
import type { Store } from './store.ts'

const ENTRY = 'identity'
const NONCE_LENGTH = 12

interface Sealed {
  readonly sealingKey: CryptoKey
  readonly nonce: Uint8Array<ArrayBuffer>
  readonly seed: ArrayBuffer
  /** The public key, as hex: what the seed must make. */
  readonly key: string
}

/** The identity that is kept; undefined if there is none. Throws `identity-damaged` if it can't be read. */
export async function loadIdentity(store: Store): Promise<Identity | undefined> {
  const value = await store.read(ENTRY)
  if (value === undefined) return undefined
  try {
    const { sealingKey, nonce, seed, key } = value as Sealed
    const opened = await crypto.subtle.decrypt(sealing(nonce, key), sealingKey, seed)
    const identity = createIdentity({ seed: new Uint8Array(opened) })
    if (identity.key.hex === key) return identity
  } catch {
    // One message for all ways in which it can be damaged.
  }
  throw new HostError(
    'identity-damaged',
    'The identity that this browser keeps can’t be read. Import it from a file that you exported, or start anew.',
  )
}

/** Keeps an identity. One that was there, damaged or not, is put aside, never overwritten. */
export async function keepIdentity(store: Store, identity: Identity, now: number): Promise<void> {
  const before = await store.read(ENTRY)
  if (before !== undefined) await store.write(`${ENTRY} until ${new Date(now).toISOString()}`, before)
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH))
  const sealingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])
  const key = identity.key.hex
  const seed = await crypto.subtle.encrypt(sealing(nonce, key), sealingKey, Uint8Array.from(identity.seed))
  await store.write(ENTRY, { sealingKey, nonce, seed, key } satisfies Sealed)
}

export function forgetIdentity(store: Store): Promise<void> {
  return store.remove(ENTRY)
}

/** The identity of a seed as people have it: 64 hex digits. */
export function parseSeed(text: string): Identity {
  const seed = decodeHex(text.trim().toLowerCase())
  if (seed?.length === SEED_LENGTH) return createIdentity({ seed })
  throw new HostError('bad-seed', 'That is no key file: it should hold 64 hex digits and nothing else.')
}

/** The key is bound to the seed: neither can be swapped for another. */
function sealing(nonce: Uint8Array<ArrayBuffer>, key: string): AesGcmParams {
  return { name: 'AES-GCM', iv: nonce, additionalData: Key.parse(key).toBytes() as Uint8Array<ArrayBuffer> }
}
