// A QUIC endpoint. The work is done in WASM (crates/quic); this face copies bytes in and out and knows that the
// memory may grow.
import { KEY_LENGTH, Key } from '@snek/wire'
import { Endpoint } from '../../wasm/snek_quic_wasm.js'
import type { SessionLimits } from '../limits.ts'
import { type ConnectionEvents, dispatch } from './events.ts'
import type { WasmMemory } from './memory.ts'

export interface EndpointOptions {
  /** 32 bytes. */
  readonly seed: Uint8Array
  /** 32 bytes that nobody can guess. */
  readonly random: Uint8Array
  /** In ms. */
  readonly idleTimeout: number
  /** In ms; undefined for none. */
  readonly keepAlive: number | undefined
  readonly limits: SessionLimits
}

/** What a call about a stream did: how many bytes it moved, or why it can't. */
export type StreamResult =
  | { readonly state: 'open' | 'ended'; readonly length: number }
  | { readonly state: 'closed' }
  | { readonly state: 'given-up'; readonly code: number }

/** Smoothed figures and sums since the session began; times in ms, bytes those of QUIC packets. */
export interface SessionStats {
  readonly rtt: number
  readonly minRtt: number
  /** Bytes that may be on their way. */
  readonly congestionWindow: number
  /** The largest packet that is sent. */
  readonly maxPacket: number
  readonly packetsOut: number
  readonly packetsIn: number
  readonly bytesOut: number
  readonly bytesIn: number
  readonly packetsLost: number
  readonly congestionEvents: number
}

/** What an endpoint counts. */
export interface EndpointCounters {
  readonly packetsIn: number
  readonly packetsOut: number
  /** Garbage, or of a session that was forgotten. */
  readonly packetsIgnored: number
  /** Incoming ones begun. */
  readonly handshakes: number
  readonly handshakesFailed: number
  /** Newcomers sent away to prove their key first. */
  readonly retries: number
  /** Newcomers refused: too many sessions. */
  readonly refused: number
  /** Newcomers ignored: too many handshakes. */
  readonly ignored: number
}

const PACKET_HEADER = 4 + KEY_LENGTH
const PACKET_RECORD = 16
const Status = { done: 0, ended: 1, closed: 2 } as const

const encoder = new TextEncoder()

export class QuicEndpoint {
  readonly #memory: WasmMemory
  readonly #endpoint: Endpoint
  readonly #input: number
  readonly #inputLength: number
  #inputUsed = 0
  readonly #data: number
  readonly #dataLength: number
  readonly #header: number

  constructor(memory: WasmMemory, options: EndpointOptions, now: number) {
    const { limits } = options
    this.#memory = memory
    this.#endpoint = new Endpoint(
      options.seed,
      options.random,
      now,
      options.idleTimeout,
      options.keepAlive,
      limits.sessions,
      limits.sessionsPerKey,
      limits.handshakes,
      limits.handshakesBeforeRetry,
      limits.streams,
    )
    this.#input = this.#endpoint.inputAddress()
    this.#inputLength = this.#endpoint.inputLength()
    this.#data = this.#endpoint.dataAddress()
    this.#dataLength = this.#endpoint.dataLength()
    this.#header = this.#endpoint.headerAddress()
  }

  /** Keeps a packet for the next `receive`. False if there is no room before that. */
  push(from: Key, packet: Uint8Array): boolean {
    const length = PACKET_HEADER + packet.length
    if (this.#inputUsed + length > this.#inputLength) return false
    const { bytes } = this.#memory
    const at = this.#input + this.#inputUsed
    bytes[at] = packet.length
    bytes[at + 1] = packet.length >>> 8
    bytes[at + 2] = packet.length >>> 16
    bytes[at + 3] = 0
    from.copyTo(bytes, at + 4)
    bytes.set(packet, at + PACKET_HEADER)
    this.#inputUsed += length
    return true
  }

  /** Handles the packets that were pushed. */
  receive(now: number): void {
    if (this.#inputUsed === 0) return
    this.#endpoint.receive(this.#inputUsed, now)
    this.#inputUsed = 0
  }

  /** Makes packets and events. True if there is more to do at once. */
  pump(now: number): boolean {
    this.#endpoint.pump(now)
    return this.#memory.float(this.#header) === 1
  }

  /** When to pump at the latest; may be infinite. */
  get nextTimeout(): number {
    return this.#memory.float(this.#header + 40)
  }

  /** Hands out the packets of the last pump: views, valid during the call. */
  packets(
    keyOf: (connection: number) => Key | undefined,
    send: (connection: number, to: Key, packet: Uint8Array) => void,
  ): void {
    const memory = this.#memory
    const records = memory.float(this.#header + 8)
    const count = memory.float(this.#header + 16)
    for (let at = records; at < records + count * PACKET_RECORD; at += PACKET_RECORD) {
      const connection = memory.integer(at)
      const key = memory.integer(at + 4)
      const packet = memory.integer(at + 8)
      const to = keyOf(connection) ?? Key.from(memory.bytes.subarray(key, key + KEY_LENGTH))
      send(connection, to, memory.bytes.subarray(packet, packet + memory.integer(at + 12)))
    }
  }

  /** Hands out the events of the last pump. */
  events(handlers: ConnectionEvents): void {
    dispatch(
      this.#memory,
      this.#memory.float(this.#header + 24),
      this.#memory.float(this.#header + 32),
      handlers,
    )
  }

  listen(protocol: string): void {
    this.#endpoint.listen(this.#putText(protocol))
  }

  unlisten(protocol: string): void {
    this.#endpoint.unlisten(this.#putText(protocol))
  }

  /** The connection, or why there is none: `unusable` are keys that aren't any. */
  dial(key: Key, protocol: string, now: number): number | 'too-many-sessions' | 'unusable' {
    const length = KEY_LENGTH + this.#putText(protocol, KEY_LENGTH)
    key.copyTo(this.#memory.bytes, this.#data)
    const connection = this.#endpoint.dial(length, now)
    if (connection > 0) return connection
    return connection === -1 ? 'too-many-sessions' : 'unusable'
  }

  /** The other side reads the code, and as much of the text as fits. */
  close(connection: number, code: number, text: string, now: number): void {
    this.#endpoint.close(connection, code, this.#putText(text), now)
  }

  /** The stream; undefined if the other side allows no more at present, or the connection is over. */
  open(connection: number): number | undefined {
    const stream = this.#endpoint.open(connection)
    return stream >= 0 ? stream : undefined
  }

  /** Takes as many bytes as there is room for. */
  write(connection: number, stream: number, bytes: Uint8Array): StreamResult {
    let taken = 0
    while (taken < bytes.length) {
      const part = bytes.subarray(taken, taken + this.#dataLength)
      this.#memory.bytes.set(part, this.#data)
      const result = resultOf(this.#endpoint.write(connection, stream, part.length))
      if (result.state !== 'open') return result
      taken += result.length
      if (result.length === 0) break
    }
    return { state: 'open', length: taken }
  }

  /** Gives `take` a copy of the next bytes, if there are any. */
  read(connection: number, stream: number, take: (bytes: Uint8Array) => void): StreamResult {
    const result = resultOf(this.#endpoint.read(connection, stream, this.#dataLength))
    if ('length' in result && result.length > 0) take(this.#memory.copy(this.#data, result.length))
    return result
  }

  finish(connection: number, stream: number): StreamResult {
    return resultOf(this.#endpoint.finish(connection, stream))
  }

  reset(connection: number, stream: number, code: number): StreamResult {
    return resultOf(this.#endpoint.reset(connection, stream, code))
  }

  stop(connection: number, stream: number, code: number): StreamResult {
    return resultOf(this.#endpoint.stop(connection, stream, code))
  }

  sendDatagram(connection: number, payload: Uint8Array): 'queued' | 'unsupported' | 'too-long' {
    if (payload.length > this.#dataLength) return 'too-long'
    this.#memory.bytes.set(payload, this.#data)
    const result = this.#endpoint.sendDatagram(connection, payload.length)
    return result === 0 ? 'queued' : result === 1 ? 'unsupported' : 'too-long'
  }

  /** In bytes; undefined if the other side takes none. */
  maxDatagram(connection: number): number | undefined {
    const length = this.#endpoint.maxDatagram(connection)
    return length >= 0 ? length : undefined
  }

  /** Undefined once the connection is forgotten. */
  stats(connection: number): SessionStats | undefined {
    const numbers = this.#endpoint.stats(connection)
    if (numbers.length === 0) return undefined
    const number = (at: number): number => numbers[at] as number
    return {
      rtt: number(0),
      minRtt: number(1),
      congestionWindow: number(2),
      maxPacket: number(3),
      packetsOut: number(4),
      packetsIn: number(5),
      bytesOut: number(6),
      bytesIn: number(7),
      packetsLost: number(8),
      congestionEvents: number(9),
    }
  }

  counters(): EndpointCounters {
    const numbers = this.#endpoint.counters()
    const number = (at: number): number => numbers[at] as number
    return {
      packetsIn: number(0),
      packetsOut: number(1),
      packetsIgnored: number(2),
      handshakes: number(3),
      handshakesFailed: number(4),
      retries: number(5),
      refused: number(6),
      ignored: number(7),
    }
  }

  /** Nothing may be called after this. */
  free(): void {
    this.#endpoint.free()
  }

  /** Writes as much of a text as fits into the data, and returns its length in bytes. */
  #putText(text: string, offset = 0): number {
    const start = this.#data + offset
    const end = this.#data + this.#dataLength
    return encoder.encodeInto(text, this.#memory.bytes.subarray(start, end)).written
  }
}

function resultOf(answer: number): StreamResult {
  const value = Math.floor(answer / 4)
  switch (answer % 4) {
    case Status.done:
      return { state: 'open', length: value }
    case Status.ended:
      return { state: 'ended', length: value }
    case Status.closed:
      return { state: 'closed' }
    default:
      return { state: 'given-up', code: value }
  }
}
