// The generator's ends of a connection: nothing of the project's transports, which are what is measured.
import { get } from 'node:http'
import { connect as connectTcp, Socket, type SocketConstructorOpts } from 'node:net'

export interface Connection {
  /** `done` is called when the bytes may be changed again. */
  write(bytes: Uint8Array, done?: () => void): void
  close(): void
}

const READ_BUFFER = 256 * 1024

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

/** Sends a message a write, masked with zeros: the node has to unmask all the same. */
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
      resolve({
        write(bytes, done) {
          socket.cork()
          socket.write(header(bytes.length))
          socket.write(bytes, done)
          socket.uncork()
        },
        close: () => socket.destroy(),
      })
    })
  })
}

/** Of a binary message, with a mask of four zeros. */
function header(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(0x82, 0x80 | length, 0, 0, 0, 0)
  const bytes = new Uint8Array(14)
  bytes.set([0x82, 0xff])
  new DataView(bytes.buffer).setUint32(6, length)
  return bytes
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
