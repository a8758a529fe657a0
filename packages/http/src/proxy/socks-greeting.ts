// What a SOCKS5 client says before its connection begins (RFC 1928).
import { GreetingError, type SocketReader } from './socket-reader.ts'

const VERSION = 5
const NO_PASSWORD = 0
const NO_METHOD = 0xff
const CONNECT = 1
const NAME = 3
/** Bytes of an address, by its type. */
const ADDRESS_LENGTHS: Readonly<Record<number, number>> = { 1: 4, 4: 16 }
const PORT_LENGTH = 2

export const SocksReply = {
  succeeded: 0,
  notAllowed: 2,
  hostUnreachable: 4,
  timedOut: 6,
  commandUnknown: 7,
  addressUnknown: 8,
} as const

/** A reply, with 0.0.0.0:0 for where the connection comes from: keys have no addresses. */
export function socksReply(code: number): Uint8Array {
  return Uint8Array.of(VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0)
}

/**
 * Answers the greeting, and gives the name that the client wants a connection to. Throws `GreetingError`,
 * after a reply that says why if the client can be told.
 */
export async function readGreeting(
  reader: SocketReader,
  answer: (reply: Uint8Array) => void,
): Promise<string> {
  const [version, count] = await reader.read(2)
  if (version !== VERSION) throw new GreetingError('not SOCKS5')
  const methods = await reader.read(count as number)
  const method = methods.includes(NO_PASSWORD) ? NO_PASSWORD : NO_METHOD
  answer(Uint8Array.of(VERSION, method))
  if (method === NO_METHOD) throw new GreetingError('only with a password')

  const [again, command, , addressType] = await reader.read(4)
  if (again !== VERSION) throw new GreetingError('not SOCKS5')
  const address = await readAddress(reader, addressType as number)
  await reader.read(PORT_LENGTH)
  const refuse = (code: number, message: string): never => {
    answer(socksReply(code))
    throw new GreetingError(message)
  }
  if (command !== CONNECT) refuse(SocksReply.commandUnknown, `command ${command}`)
  if (addressType !== NAME) refuse(SocksReply.addressUnknown, `an address of type ${addressType}`)
  return address.toString('latin1')
}

async function readAddress(reader: SocketReader, type: number): Promise<Buffer> {
  const length = type === NAME ? (await reader.read(1))[0] : ADDRESS_LENGTHS[type]
  if (length === undefined) throw new GreetingError(`an address of type ${type}`)
  return reader.read(length)
}
