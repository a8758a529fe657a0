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
   * The paused socket to use for one that somebody else made. Node takes `onread` only for new sockets, so the
   * handle moves to one, which relays a quarter more bytes. Where sockets have no handle to move, and with TLS,
   * the old one is read by events.
   */
  adopt(accepted: Socket): Socket {
    const { _handle: handle, encrypted } = accepted as { _handle?: unknown; encrypted?: boolean }
    if (handle && !encrypted) {
      // The old one may be about to read.
      Object.assign(accepted, { _handle: null })
      return new Socket({ handle, onread: this.onread } as SocketConstructorOpts).pause()
    }
    return accepted.on('data', (chunk: Uint8Array) => this.onChunk(chunk))
  }
}
