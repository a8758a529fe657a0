import { createServer, connect as netConnect, type Socket } from 'node:net'
import type { ByteStream, Listener } from '@snek/transport'
import { webSocketTransport } from '../src/node.ts'

/** Of nobody: made for `localhost` and 127.0.0.1, valid until 2126, trusted by no one. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIURYkeKzokS5VMzSFE28rh45vqUEswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDEwNTE1OFoYDzIxMjYxMDMx
MTA1MTU4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT/QuHggDfsn6ukMCJXKWE5RQ830LCrQ/RS58YjUhUnUmYdqbNujFUR
/nKt5yaUaf1xqpiwad0k3gBAMdxgiVXYo28wbTAdBgNVHQ4EFgQULHzCHcVB9RN7
LSEBtzdxEsznVw8wHwYDVR0jBBgwFoAULHzCHcVB9RN7LSEBtzdxEsznVw8wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhALIfGKtmi/waeTrHxL1ZQfO2Q5uPoQe73duPonHL20PvAiA/
dz4jLho/BO3EdPctemOa/bRyC2AnwtlpRD9MLEyJhQ==
-----END CERTIFICATE-----`

export const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQguxzleg3YK/Zp6agS
4jh1A+reE0RArIupH/bYFcxKY7KhRANCAAT/QuHggDfsn6ukMCJXKWE5RQ830LCr
Q/RS58YjUhUnUmYdqbNujFUR/nKt5yaUaf1xqpiwad0k3gBAMdxgiVXY
-----END PRIVATE KEY-----`

/** What tests open, to be closed after each. */
export class Opened {
  readonly #closers: Array<() => unknown> = []

  add(close: () => unknown): void {
    this.#closers.push(close)
  }

  async closeAll(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close()
  }

  async listen(uri = 'ws://127.0.0.1:0/peer'): Promise<Listener & { accepted: ByteStream[]; port: number }> {
    const accepted: ByteStream[] = []
    const listener = await webSocketTransport().listen(new URL(uri), (stream) => {
      accepted.push(stream)
      this.add(() => stream.close())
    })
    this.add(() => listener.close())
    return { ...listener, accepted, port: Number(new URL(listener.uri).port) }
  }

  /** A plain TCP connection, and all that comes back on it. */
  async rawConnection(port: number): Promise<{ socket: Socket; answer: () => string; ended: Promise<void> }> {
    const socket = netConnect({ host: '127.0.0.1', port, allowHalfOpen: true })
    this.add(() => socket.destroy())
    let answer = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text
    })
    const ended = new Promise<void>((resolve) => socket.once('end', resolve).once('close', () => resolve()))
    socket.on('error', () => undefined) // a reset is one way of being thrown out
    await new Promise((resolve) => socket.once('connect', resolve))
    return { socket, answer: () => answer, ended }
  }

  /** A server that is no WebSocket server. */
  async rawServer(onSocket: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      this.add(() => socket.destroy())
      socket.on('error', () => undefined)
      onSocket(socket)
    })
    this.add(() => server.close())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as { port: number }).port
  }
}

export function openHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => /^TCP|^TLS|^Timeout$/.test(name)).length
}
