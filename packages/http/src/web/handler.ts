import type { Key } from '@snek/wire'

/** Answers a request. `request.signal` aborts when whoever asked has gone. */
export type FetchHandler = (
  request: Request,
  info: { readonly remoteKey: Key },
) => Response | Promise<Response>
