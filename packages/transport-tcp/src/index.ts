export { tcpTransport } from './tcp-transport.ts'
