import { TransportError } from '@snek/transport'
import { CloseCode } from './limits.ts'

/** What a WebSocket's close code says of the stream; undefined for one that ended in order. */
export function closeError(uri: string, code: number): TransportError | undefined {
  if (code === CloseCode.normal || code === CloseCode.goingAway || code === CloseCode.none) return undefined
  const reason =
    code === CloseCode.abnormal ? 'the connection broke off' : `the other side closed it with code ${code}`
  return new TransportError('connection-lost', `${uri}: ${reason}`)
}
