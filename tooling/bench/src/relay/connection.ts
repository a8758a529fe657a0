// The generator's ends of a connection: nothing of the project's transports, which are what is measured.
import { get } from 'node:http'
import { connect as connectTcp, Socket, type SocketConstructorOpts } from 'node:net'

export interface Connection {
  /** `done` is called when the bytes may be changed again. */
  write(bytes: Uint8Array, done?: () => void): void
  close(): void
}

const READ_BUFFER = 256 * 1024
/** Bytes a message, as in those that nodes send. */
const MESSAGE = 32 * 1024

/** To `tcp://` or `ws://`. `onBytes` gets what is only valid during the call. */
export function connect(uri: string, onBytes: (chunk: Uint8Array) => void): Promise<Connection> {
  return uri.startsWith('ws:') ? byWebSocket(uri, onBytes) : byTcp(new URL(uri), onBytes)
}

function byTcp({ hostname, port }: URL, onBytes: (chunk: Uint8Array) => void): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: hostname, port: Number(port), noDelay: true, onread: onread(onBytes) })
    socket.once('error', reject)
    socket.once('connect', () =>
      resolve({
        write: (bytes, done) => void socket.write(bytes, done),
        close: () => socket.destroy(),
      }),
    )
  })
}

function onread(onBytes: (chunk: Uint8Array) => void): SocketConstructorOpts['onread'] {
  const buffer = new Uint8Array(READ_BUFFER)
  const callback = (length: number): boolean => {
    onBytes(buffer.subarray(0, length))
    return true
  }
  return { buffer, callback }
}

/** Sends a message a write, masked as browsers do it. */
function byWebSocket(uri: string, onBytes: (chunk: Uint8Array) => void): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    }
    const request = get(uri.replace(/^ws/, 'http'), { headers, agent: false })
    request.once('error', reject)
    request.once('upgrade', (_, { _handle: handle }: { _handle?: unknown }, head) => {
      const strip = stripHeaders(onBytes)
      strip(head)
      const socket = new Socket({ handle, onread: onread(strip) } as SocketConstructorOpts)
      const spare: Messages[] = []
      resolve({
        write(bytes, done) {
          const messages = spare.pop() ?? new Messages()
          socket.write(messages.of(bytes), () => {
            spare.push(messages)
            done?.()
          })
        },
        close: () => socket.destroy(),
      })
    })
  })
}

/** Binary messages of one write, in a buffer that is used again once they are written. */
class Messages {
  static readonly #MAX_WRITE = 128 * 1024
  /** Of a message of 126 bytes or more, with its mask: a multiple of four, since masking by words is quick. */
  static readonly #HEADER = 8
  readonly #buffer = new ArrayBuffer(Messages.#MAX_WRITE + (Messages.#MAX_WRITE / MESSAGE) * Messages.#HEADER)
  readonly #bytes = new Uint8Array(this.#buffer)
  readonly #words = new Uint32Array(this.#buffer)
  readonly #view = new DataView(this.#buffer)
  readonly #mask = new Uint32Array(1)

  of(bytes: Uint8Array): Uint8Array {
    let end = 0
    for (let at = 0; at < bytes.length; at += MESSAGE) end = this.#add(bytes.subarray(at, at + MESSAGE), end)
    return this.#bytes.subarray(0, end)
  }

  /** Returns where the message ends. */
  #add(payload: Uint8Array, start: number): number {
    const [mask = 0] = crypto.getRandomValues(this.#mask)
    const isShort = payload.length < 126
    this.#view.setUint16(start, 0x8280 | (isShort ? payload.length : 126))
    if (!isShort) this.#view.setUint16(start + 2, payload.length)
    const at = start + (isShort ? 6 : Messages.#HEADER)
    const end = at + payload.length
    this.#view.setUint32(at - 4, mask, true)
    this.#bytes.set(payload, at)
    if (isShort) this.#maskBytes(mask, at, end)
    else this.#maskWords(mask, at / 4, Math.ceil(end / 4))
    return end
  }

  #maskBytes(mask: number, start: number, end: number): void {
    for (let at = start; at < end; at += 1) {
      this.#bytes[at] = (this.#bytes[at] as number) ^ (mask >>> (8 * ((at - start) % 4)))
    }
  }

  #maskWords(mask: number, start: number, end: number): void {
    for (let at = start; at < end; at += 1) this.#words[at] = (this.#words[at] as number) ^ mask
  }
}

/** Takes the headers off whole messages of less than 64 KiB, as nodes send them. */
function stripHeaders(onBytes: (chunk: Uint8Array) => void): (chunk: Uint8Array) => void {
  const head: number[] = []
  let left = 0
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        head.push(chunk[at] as number)
        at += 1
        const [, short = 0, high = 0, low = 0] = head
        if (head.length < 2 || (short === 126 && head.length < 4)) continue
        left = short === 126 ? high * 256 + low : short
        head.length = 0
      } else {
        const part = chunk.subarray(at, at + left)
        left -= part.length
        at += part.length
        onBytes(part)
      }
    }
  }
}
