import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { SocketReader } from '@snek/transport-tcp'
import { messageHeader } from './message-header.ts'
import { MessageReader } from './message-reader.ts'

const NOTHING = new Uint8Array()

/**
 * What `ws` gets for the socket of an accepted connection. Through it go the handshake, pings, closes, and all that is
 * wrong; the payloads of binary messages, which are nearly all bytes, go past it.
 */
export class AcceptedSocket extends Duplex {
  /** Gets what binary messages contain; the memory is overwritten afterwards. */
  onPayload: (bytes: Uint8Array) => void = () => undefined
  readonly socket: Socket
  readonly #reader: MessageReader
  #head: Uint8Array

  /** `head`: what came behind the request for the WebSocket. */
  constructor(accepted: Socket, head: Uint8Array) {
    super()
    this.#head = head
    this.#reader = new MessageReader({
      onPayload: (bytes) => this.onPayload(bytes),
      onPing: (frame) => this.push(frame.slice()),
      onOther: (bytes) => this.push(bytes.slice()),
    })
    const incoming = new SocketReader()
    incoming.onChunk = (chunk) => this.#reader.push(chunk)
    this.socket = incoming.adopt(accepted.setTimeout(0).setNoDelay().pause())
    this.socket.on('end', () => this.push(null))
    this.socket.on('error', (error) => this.destroy(error))
    this.socket.on('close', () => this.destroy())
  }

  /** Sends a binary message, past `ws`. `done` is called when the kernel has taken it, or never will. */
  send(payload: Uint8Array, done?: () => void): void {
    this.socket.write(messageHeader(payload.length))
    this.socket.write(payload, done)
  }

  override pause(): this {
    this.socket.pause()
    return super.pause()
  }

  override resume(): this {
    this.socket.resume()
    // Not if it is paused within this turn.
    process.nextTick(() => {
      if (!this.isPaused()) this.#readHead()
    })
    return super.resume()
  }

  override _read(): void {}

  /** In one piece, so that no message comes between a pong's header and what it contains. */
  override _writev(pieces: { chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this.socket.write(Buffer.concat(pieces.map(({ chunk }) => chunk)), done)
  }

  override _final(done: () => void): void {
    this.socket.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket.destroy()
    done(error)
  }

  #readHead(): void {
    const head = this.#head
    this.#head = NOTHING
    this.#reader.push(head)
  }
}
