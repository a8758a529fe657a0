// What the processes of a measurement of sessions tell each other.

/** What an end is started with. */
export interface EndOptions {
  readonly listen: readonly string[]
  readonly peers: readonly string[]
}

export type EndCommand =
  /** Say how much has arrived. */
  | { readonly type: 'count' }
  /** Dial so many times. */
  | { readonly type: 'dial'; readonly key: string; readonly count: number }
  /** Send 32 bytes to and fro so many times. */
  | { readonly type: 'echo'; readonly key: string; readonly count: number }
  /** Send as much as is taken, until told to stop. */
  | { readonly type: 'flood'; readonly key: string }
  | { readonly type: 'stop' }

export type EndReport =
  | { readonly type: 'ready'; readonly key: string; readonly listening: readonly string[] }
  /** Ordered, in ms. */
  | { readonly type: 'times'; readonly times: readonly number[] }
  | { readonly type: 'flooding' }
  /** Of streams that others opened; `time` in ms. */
  | { readonly type: 'counted'; readonly received: number; readonly time: number }
  /** All that was sent has arrived. */
  | { readonly type: 'stopped'; readonly sent: number }
