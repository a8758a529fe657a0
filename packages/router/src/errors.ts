import { SnekError } from '@snek/platform'

export type PeeringErrorCode =
  | 'handshake-timeout'
  | 'handshake-cut'
  | 'challenge-required'
  | 'peer-silent'
  | 'too-many-handshakes'
  | 'too-many-peerings'
  | 'too-many-peerings-with-key'
  | 'too-many-peerings-from-address'
  | 'router-closed'

/**
 * Why a peering ended or never began, other than by what the peer sent (`WireError`) or by its stream
 * (`TransportError`).
 */
export class PeeringError extends SnekError {
  declare readonly code: PeeringErrorCode

  constructor(code: PeeringErrorCode, message: string) {
    super(code, message)
  }
}
