export type { ByteStream, ByteStreamHandlers } from './byte-stream.ts'
export { TransportError, type TransportErrorCode } from './errors.ts'
export type { Listener, Transport } from './transport.ts'
