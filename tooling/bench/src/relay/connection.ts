// The generator's ends of a connection: nothing of the project's transports, which are what is measured.
import { connect as connectTcp } from 'node:net'
import { WebSocket } from 'ws'

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
    const buffer = new Uint8Array(READ_BUFFER)
    const callback = (length: number): boolean => {
      onBytes(buffer.subarray(0, length))
      return true
    }
    const socket = connectTcp({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: { buffer, callback },
    })
    socket.once('error', reject)
    socket.once('connect', () =>
      resolve({
        write: (bytes, done) => void socket.write(bytes, done),
        close: () => socket.destroy(),
      }),
    )
  })
}

function byWebSocket(uri: string, onBytes: (chunk: Uint8Array) => void): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(uri, { perMessageDeflate: false })
    ws.once('error', reject)
    ws.on('message', (data: Buffer) => onBytes(data))
    ws.once('open', () =>
      resolve({
        write: (bytes, done) => ws.send(bytes, { binary: true }, done),
        close: () => ws.terminate(),
      }),
    )
  })
}
