import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'

/**
 * How much one read takes, in bytes, and so what a relay handles at a time. More passes no more bytes, and
 * from 256 KiB on fewer: they fall out of the processor's cache.
 */
const READ_BUFFER = 64 * 1024

/** Reads a socket into one buffer over and over, instead of a new one for each read. */
export class SocketReader {
  /** Gets what was read; the memory is overwritten afterwards. */
  onChunk: (chunk: Uint8Array) => void = () => undefined
  /** For `net.connect`. */
  readonly onread: OnReadOpts

  constructor() {
    const buffer = new Uint8Array(READ_BUFFER)
    this.onread = {
      buffer,
      callback: (length) => {
        this.onChunk(buffer.subarray(0, length))
        return true
      },
    }
  }

  /**
   * The paused socket to use for an accepted one. Node takes `onread` only for sockets that it didn't accept
   * itself, so the handle moves to a new socket, which relays a quarter more bytes. Where sockets have no
   * handle to move, the accepted one is read by events.
   */
  adopt(accepted: Socket): Socket {
    const { _handle: handle } = accepted as { _handle?: unknown }
    if (handle) return new Socket({ handle, onread: this.onread } as SocketConstructorOpts).pause()
    return accepted.on('data', (chunk: Uint8Array) => this.onChunk(chunk))
  }
}
