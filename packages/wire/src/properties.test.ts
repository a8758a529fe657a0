import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type AnnouncementEntry,
  appendAnnouncementEntry,
  checkAnnouncement,
  compareKeys,
  decodeAnnouncement,
  decodeBootstrap,
  decodeCoordinates,
  decodeFrame,
  decodeHandshake,
  decodeHex,
  decodeVaru64,
  encodeBootstrap,
  encodeCoordinates,
  encodeFrame,
  encodeHandshake,
  encodeHex,
  encodeVaru64,
  type Frame,
  INITIAL_WATERMARK,
  isWorseWatermark,
  Key,
  receiverCoordinates,
  type Signer,
  senderCoordinates,
  treeDistance,
  type Verify,
  varu64Length,
  WireError,
} from './index.ts'

fc.configureGlobal({ seed: 0x736e656b, numRuns: 300 })

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const u64 = fc.oneof(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
const byte = fc.integer({ min: 0, max: 255 })
const key = bytes(32).map(Key.from)
const coordinates = fc.array(u64, { maxLength: 12 })
const sequencedKey = fc.record({ key, sequence: u64 })
const payload = fc.uint8Array({ maxLength: 100 })
const common = { extra: byte, hopLimit: byte }

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant('keepalive' as const), ...common }),
  fc.record({ type: fc.constant('announcement' as const), ...common, payload }),
  fc.record({
    type: fc.constant('bootstrap' as const),
    ...common,
    destinationKey: key,
    watermark: sequencedKey,
    payload,
  }),
  fc
    .record({
      type: fc.constant('traffic' as const),
      ...common,
      destination: coordinates,
      source: coordinates,
      destinationKey: key,
      sourceKey: key,
      watermark: sequencedKey,
      payload,
    })
    .map((it) => (it.destination.length === 0 ? it : { ...it, watermark: INITIAL_WATERMARK })),
  fc.record({ type: fc.constant('broadcast' as const), ...common, sourceKey: key, payload }),
)

/** Signs with the key, the length and a sum: enough to tell signatures apart. */
function signerOf(signing: Key): Signer {
  return { key: signing, sign: (message) => fakeSignature(signing, message) }
}

function fakeSignature(signing: Key, message: Uint8Array): Uint8Array {
  const signature = new Uint8Array(64)
  signing.copyTo(signature, 0)
  const sum = message.reduce((total, value) => (total * 31 + value) % 2 ** 31, message.length)
  new DataView(signature.buffer).setUint32(32, sum)
  return signature
}

const verify: Verify = (by, message, signature) =>
  encodeHex(signature) === encodeHex(fakeSignature(by, message))

/** Whether decoding gives a value or a WireError that lies within the bytes; anything else fails the test. */
function refusedWithin(length: number, decode: () => unknown): boolean {
  try {
    decode()
    return false
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    expect(error.offset).toBeGreaterThanOrEqual(0)
    expect(error.offset).toBeLessThanOrEqual(length)
    return true
  }
}

function property<T extends [unknown, ...unknown[]]>(
  name: string,
  ...parts: [...{ [K in keyof T]: fc.Arbitrary<T[K]> }, (...values: T) => void]
): void {
  const arbitraries = parts.slice(0, -1) as { [K in keyof T]: fc.Arbitrary<T[K]> }
  test(name, () => fc.assert(fc.property(...arbitraries, parts.at(-1) as (...values: T) => void)))
}

property<[bigint, Uint8Array]>('varu64 there and back', u64, payload, (value, before) => {
  const encoded = encodeVaru64(value)
  expect(encoded).toHaveLength(varu64Length(value))
  const end = before.length + encoded.length
  expect(decodeVaru64(Uint8Array.from([...before, ...encoded, 0xff]), before.length)).toEqual({ value, end })
})

property<[Uint8Array]>(
  'a varu64 has one encoding',
  fc.uint8Array({ minLength: 1, maxLength: 11 }),
  (input) => {
    if (refusedWithin(input.length, () => decodeVaru64(input))) return
    const { value, end } = decodeVaru64(input)
    expect(encodeVaru64(value)).toEqual(input.subarray(0, end))
  },
)

property<[bigint[]]>('coordinates there and back', coordinates, (ports) => {
  const encoded = encodeCoordinates(ports)
  expect(decodeCoordinates(encoded)).toEqual({ coordinates: ports, end: encoded.length })
})

property<[bigint[], bigint[], bigint[]]>(
  'tree distance is a metric',
  fc.array(fc.bigInt({ min: 1n, max: 3n }), { maxLength: 5 }),
  fc.array(fc.bigInt({ min: 1n, max: 3n }), { maxLength: 5 }),
  fc.array(fc.bigInt({ min: 1n, max: 3n }), { maxLength: 5 }),
  (a, b, c) => {
    expect(treeDistance(a, b)).toBe(treeDistance(b, a))
    expect(treeDistance(a, b) === 0).toBe(a.join() === b.join())
    expect(treeDistance(a, b)).toBeLessThanOrEqual(treeDistance(a, c) + treeDistance(c, b))
  },
)

property<[Key, Key]>('keys are ordered as their hex digits, and parsed from text', key, key, (a, b) => {
  const order = a.hex < b.hex ? -1 : 1
  expect(Math.sign(compareKeys(a, b))).toBe(a.hex === b.hex ? 0 : order)
  expect(Key.parse(a.toBase32())).toEqual(a)
  expect(Key.parse(a.toString())).toEqual(a)
  expect(decodeHex(a.hex)).toEqual(a.toBytes())
})

property<[bigint, bigint, Key, Key]>(
  'one watermark is worse, or neither',
  u64,
  u64,
  key,
  key,
  (s, t, a, b) => {
    const [first, second] = [
      { key: a, sequence: s },
      { key: b, sequence: t },
    ]
    expect(isWorseWatermark(first, second) && isWorseWatermark(second, first)).toBe(false)
    expect(isWorseWatermark(first, first)).toBe(false)
  },
)

property<[Frame]>('frames there and back', frame, (it) => {
  expect(decodeFrame(encodeFrame(it))).toEqual(it)
})

property<[Frame, number, number]>(
  'a changed frame is refused, or another sound frame',
  frame,
  fc.nat(),
  byte,
  (it, at, to) => {
    const encoded = encodeFrame(it)
    encoded[at % encoded.length] = to
    if (refusedWithin(encoded.length, () => decodeFrame(encoded))) return
    expect(encodeFrame(decodeFrame(encoded))).toEqual(encoded)
  },
)

property<[Frame, number]>('a cut frame is refused', frame, fc.nat(), (it, at) => {
  const encoded = encodeFrame(it)
  const cut = encoded.subarray(0, at % encoded.length)
  expect(refusedWithin(cut.length, () => decodeFrame(cut))).toBe(true)
})

property<[Uint8Array]>('noise is refused as a frame', fc.uint8Array({ maxLength: 300 }), (noise) => {
  const named = Uint8Array.from([0x70, 0x69, 0x6e, 0x65, 0, (noise[0] ?? 0) % 5, ...noise.subarray(1)])
  if (!refusedWithin(named.length, () => decodeFrame(named))) {
    expect(encodeFrame(decodeFrame(named))).toEqual(named)
  }
})

property<[Key, Uint8Array]>('handshakes there and back', key, payload, (it, noise) => {
  const encoded = encodeHandshake(signerOf(it))
  expect(decodeHandshake(encoded, verify)).toMatchObject({ version: 1, capabilities: 0x3b, key: it })
  expect(() => decodeHandshake(encoded, verify, it)).toThrow(new WireError('own-key', 8))
  expect(refusedWithin(noise.length, () => decodeHandshake(noise, verify))).toBe(true)
})

const hops = fc.uniqueArray(fc.record({ port: fc.bigInt({ min: 1n, max: 400n }), key }), {
  minLength: 1,
  maxLength: 8,
  selector: (hop) => hop.key.hex,
})

property<[bigint, { port: bigint; key: Key }[], number]>(
  'announcements there and back',
  u64,
  hops,
  fc.nat(),
  (sequence, path, at) => {
    const root = { key: path[0]?.key ?? INITIAL_WATERMARK.key, sequence }
    const encoded = path.reduce<Uint8Array | undefined>(
      (before, hop) => appendAnnouncementEntry(before ?? root, hop.port, signerOf(hop.key)),
      undefined,
    ) as Uint8Array
    const decoded = decodeAnnouncement(encoded)
    expect(decoded.root).toEqual(root)
    expect(decoded.entries.map((entry) => entry.key)).toEqual(path.map((hop) => hop.key))
    expect(receiverCoordinates(decoded)).toEqual(path.map((hop) => hop.port))
    expect(senderCoordinates(decoded)).toEqual(path.slice(0, -1).map((hop) => hop.port))
    const peer = path.at(-1)?.key as Key
    checkAnnouncement(decoded, peer, verify, root)

    const changed = Uint8Array.from(encoded)
    const flipped = at % encoded.length
    const last = decoded.entries.at(-1) as AnnouncementEntry
    const inLastPort = flipped >= last.signedLength && flipped < last.signedLength + varu64Length(last.port)
    if (inLastPort) return // which only the next entry's signature covers
    changed[flipped] = (changed[flipped] as number) ^ 1
    expect(
      refusedWithin(changed.length, () => checkAnnouncement(decodeAnnouncement(changed), peer, verify)),
    ).toBe(true)
  },
)

property<[bigint, { key: Key; sequence: bigint }, Key]>(
  'bootstraps there and back',
  u64,
  sequencedKey,
  key,
  (sequence, root, by) => {
    const encoded = encodeBootstrap(sequence, root, signerOf(by))
    const decoded = decodeBootstrap(encoded)
    expect(decoded).toMatchObject({ sequence, root })
    expect(verify(by, encoded.subarray(0, decoded.signedLength), decoded.signature)).toBe(true)
  },
)
