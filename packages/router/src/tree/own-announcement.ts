import { type Announcement, appendAnnouncementEntry, encodeFrame, type Root, type Signer } from '@snek/wire'

/** What we announce: the parent's announcement, or our own root, with an entry of ours for each port. */
export class OwnAnnouncement {
  readonly root: Root
  /** When it changed to this, in ms since the Unix epoch. */
  readonly time: number
  readonly #base: Uint8Array | Root
  readonly #signer: Signer

  constructor(signer: Signer, base: Announcement | Root, time: number) {
    this.root = 'payload' in base ? base.root : base
    this.time = time
    this.#base = 'payload' in base ? base.payload : base
    this.#signer = signingOnce(signer)
  }

  /** As sent on a port. */
  payload(port: number): Uint8Array {
    return appendAnnouncementEntry(this.#base, BigInt(port), this.#signer)
  }

  frame(port: number): Uint8Array {
    return encodeFrame({ type: 'announcement', extra: 0, hopLimit: 0, payload: this.payload(port) })
  }
}

/** The signature covers what comes before our entry, so it is the same for all ports. */
function signingOnce(signer: Signer): Signer {
  let signature: Uint8Array | undefined
  return {
    key: signer.key,
    sign(message) {
      signature ??= signer.sign(message)
      return signature
    },
  }
}
