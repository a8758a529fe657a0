import type { Identity } from '@snek/identity'
import type { Router } from '@snek/router'
import type { Key } from '@snek/wire'

/** A node of a simulation: a router, and a name for people. */
export interface SimulatedNode {
  readonly name: string
  readonly key: Key
  readonly identity: Identity
  readonly router: Router
}
