export { SocketReader } from './socket-reader.ts'
export { tcpTransport } from './tcp-transport.ts'
